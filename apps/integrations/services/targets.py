"""What is sent, and to whom: the event as the destination's mapping wants it, and its secrets."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings

from apps.common.fields import format_instant
from apps.events.models import Event
from apps.integrations.gateways.base import Message, Target
from apps.integrations.models import Destination, MappingVersion
from apps.integrations.policy.mapping import apply_template
from apps.integrations.services.signing import signing_secrets
from apps.integrations.states import DestinationKind

Mapper = Callable[[dict[str, Any]], Any]


def envelope(event: Event) -> dict[str, Any]:
    """An event as everybody hears of it (docs/api.md); `timestamp` is Standard Webhooks' word."""
    return {
        "id": str(event.pk),
        "type": event.type,
        "timestamp": format_instant(event.occurred_at),
        "occurred_at": format_instant(event.occurred_at),
        "recorded_at": format_instant(event.recorded_at),
        "store": event.store_number,
        "terminal": event.terminal_number,
        "subject": {"type": event.subject_type, "id": event.subject_id},
        "sequence": event.sequence,
        "data": event.data,
    }


def mapper_of(destination: Destination) -> Mapper:
    """What makes the body of an envelope: the published version of its mapping, or nothing."""
    if destination.mapping_id is None:
        return lambda whole: whole
    version = published_version(destination.mapping_id)
    return lambda whole: apply_template(version.template, whole) if version else whole


def published_version(mapping_id: int) -> MappingVersion | None:
    published = MappingVersion.objects.filter(mapping_id=mapping_id, published_at__isnull=False)
    return published.order_by("-number").first()


def message_of(event: Event, mapped: Mapper) -> Message:
    return Message(
        event_id=event.pk,
        type=event.type,
        subject=f"{event.subject_type}:{event.subject_id}",
        sequence=event.sequence,
        occurred_at=event.occurred_at,
        body=mapped(envelope(event)),
    )


def target_of(destination: Destination, now: datetime) -> Target:
    """Address, settings and secrets. UnreadableSecret and CannotSign say what is missing."""
    signs = destination.kind == DestinationKind.WEBHOOK
    return Target(
        name=destination.name,
        url=destination.url,
        timeout=float(destination.timeout_seconds),
        loopback=settings.DEVELOPMENT,
        permanent_statuses=frozenset(destination.permanent_statuses),
        config=destination.config,
        credentials=json.loads(destination.credentials or "{}"),
        secrets=tuple(signing_secrets(destination, now)) if signs else (),
    )
