"""Records that could not be applied: trying them again, and putting them away."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.common.errors import Conflict, Invalid, StaleState
from apps.integrations.models import RejectedRecord
from apps.integrations.services.applying import Batch, apply_records
from apps.integrations.states import RecordStatus
from apps.inventory.services import TOLD


class StillRefused(Conflict):
    """Tried again, and refused again."""


def try_record_again(rejected: RejectedRecord, *, actor: Actor, now: datetime) -> None:
    """Apply it with the present mapping. StillRefused says why it is not; the reason is kept."""
    with transaction.atomic():
        row = _lock_open(rejected)
        record = record_in(row)
        if record is None:
            raise Invalid("Only its beginning was kept. Start the flow anew to get it again.")
        reference = f"{TOLD}again:{row.pk}:{int(now.timestamp() * 1000)}"
        tally = apply_records(Batch(row.flow, row.run, [record], reference, row.asked_at), now=now)
        if not tally.refused:
            _put_away(row, RecordStatus.RESOLVED, "Tried again, and applied.", actor, now)
            return
        row.refresh_from_db()
    raise StillRefused(f"Still refused: {row.detail}")


@transaction.atomic
def put_record_away(
    rejected: RejectedRecord, to: RecordStatus, *, note: str, actor: Actor, now: datetime
) -> None:
    """Resolve (seen to elsewhere) or discard (decided against), saying why."""
    if not note.strip():
        raise Invalid("Say why.")
    _put_away(_lock_open(rejected), to, note.strip()[:500], actor, now)


def record_in(rejected: RejectedRecord) -> dict[str, Any] | None:
    """The record as it came; None when it was too long to be kept whole, or is no object."""
    try:
        record = json.loads(rejected.raw, parse_float=Decimal)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _lock_open(rejected: RejectedRecord) -> RejectedRecord:
    open_ones = RejectedRecord.objects.select_for_update(of=("self",)).select_related("flow")
    row = open_ones.filter(pk=rejected.pk, status=RecordStatus.OPEN).first()
    if row is None:
        raise StaleState("This record is no longer in the error queue.")
    return row


def _put_away(
    row: RejectedRecord, to: RecordStatus, note: str, actor: Actor, now: datetime
) -> None:
    RejectedRecord.objects.filter(pk=row.pk).update(
        status=to, settled_at=now, settled_by=actor.label[:160], note=note
    )
    fact = Fact(
        f"rejected_record.{to}", "rejected_record", str(row.pk), subject_label=row.key[:150],
        reason=note, data={"flow": row.flow.name, "cause": row.cause},
    )  # fmt: skip
    audit.record([fact], actor=actor, now=now)
