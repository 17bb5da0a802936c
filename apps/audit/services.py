"""Writing the trail. Always called inside the transaction of the fact it records."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from apps.audit.commands import Fact
from apps.audit.store import insert_entries
from apps.common.caller import Actor


def record(facts: Sequence[Fact], *, actor: Actor, now: datetime) -> None:
    """One entry per fact, all by `actor` at `now`."""
    insert_entries(
        [
            (
                now,
                actor.kind,
                actor.id,
                actor.label,
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
            for fact in facts
        ]
    )
