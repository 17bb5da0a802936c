"""What an administrator sets of a destination. Read anew at every tick, so it counts at the next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.audit import services as audit
from apps.common.caller import Actor
from apps.common.wakeup import wake_on_commit
from apps.integrations.locks import lock_destination
from apps.integrations.models import Destination
from apps.integrations.services.configuring import check_config, put_credentials
from apps.integrations.services.destinations import fact, forget_failures

SETTINGS = frozenset(
    {
        *("name", "url", "config", "mapping", "event_types", "stores", "regions", "return_scope"),
        *("least_amount_minor", "sync_mode", "every_seconds", "daily_at", "daily_zone"),
        *("batch_size", "max_age_seconds", "ordered", "schedule", "permanent_statuses"),
        *("when_exhausted", "rate_per_minute", "concurrency", "timeout_seconds"),
    }
)


@transaction.atomic
def change_destination(
    destination: Destination,
    settings: Mapping[str, Any],
    *,
    credentials: Mapping[str, str] | None = None,
    actor: Actor,
    now: datetime,
) -> Destination:
    """As it is from now on. Only what is named changes; what others changed meanwhile stays.

    `credentials` replaces what is named in it; an empty text takes one away. ValidationError by
    field for what makes no sense, the settings of its kind included.
    """
    assert set(settings) <= SETTINGS, set(settings) - SETTINGS
    locked = lock_destination(destination.pk)
    changes = {}
    for name, value in settings.items():
        before = getattr(locked, name)
        if before != value:
            changes[name] = {"before": _plain(before), "after": _plain(value)}
            setattr(locked, name, value)
    if credentials:
        put_credentials(locked, credentials, now)
        changes["credentials"] = {"replaced": sorted(credentials)}
    if not changes:
        return locked
    locked.full_clean()
    check_config(locked.kind, locked.config)
    locked.save()
    audit.record([fact("destination.changed", locked, changes)], actor=actor, now=now)
    wake_on_commit("integrations.carry_feed")
    return locked


@transaction.atomic
def close_breaker(destination: Destination, *, actor: Actor, now: datetime) -> None:
    """Somebody says that it works again: it is tried at the next tick, as if nothing had failed."""
    forget_failures(destination)
    audit.record([fact("destination.breaker_closed", destination)], actor=actor, now=now)
    wake_on_commit("integrations.carry_feed")


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    return str(value)
