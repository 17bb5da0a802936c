"""Writing the trail. Always called inside the transaction of the fact it records."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.audit.commands import Fact
from apps.audit.store import insert_entries
from apps.common.caller import Actor
from apps.common.wakeup import wake_on_commit


def record(facts: Sequence[Fact], *, actor: Actor, now: datetime) -> None:
    """One entry per fact, all by `actor` and heard `now`, in one INSERT.

    A fact that says nothing else happened `now` too. The entries are sealed some moments after the
    commit, by whoever seals (`services.sealing`): writers never wait for one another's chain.
    """
    record_each([(fact, actor) for fact in facts], now=now)


def record_each(facts: Sequence[tuple[Fact, Actor]], *, now: datetime) -> None:
    """The same for facts of several actors."""
    insert_entries(
        [
            (
                now,
                fact.occurred_at or now,
                actor.kind,
                actor.id,
                actor.label,
                actor.credential_id,
                actor.store_id,
                actor.store_number,
                actor.terminal_number,
                fact.action,
                fact.subject_type,
                fact.subject_id,
                fact.subject_label,
                fact.outcome,
                fact.reason,
                json.dumps(fact.data, default=str),
                actor.request_id,
            )
            for fact, actor in facts
        ]
    )
    wake_on_commit("audit.seal")


def record_view(what: str, shown: Mapping[str, Any], *, actor: Actor, now: datetime) -> None:
    """Somebody reads the trail: a list, or one entry; `shown` says which. A transaction of its own."""
    fact = Fact("trail.viewed", "trail", what, data=dict(shown))
    record([fact], actor=actor, now=now)


@transaction.atomic
def record_export(wanted: Mapping[str, Any], *, actor: Actor, now: datetime) -> None:
    """Somebody takes entries out of the system; `wanted` says which."""
    data = {name: value for name, value in wanted.items() if value is not None}
    record([Fact("trail.exported", "trail", "export", data=data)], actor=actor, now=now)
