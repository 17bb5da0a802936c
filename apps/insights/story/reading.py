"""What a return's story goes on with: deliveries and their answers, and where its entries are sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.audit import checkpoint_file
from apps.audit.models import AuditEntry, Seal
from apps.common import display
from apps.integrations.admin.exchanges import answered
from apps.integrations.models import Attempt, Delivery
from apps.integrations.states import DeliveryStatus
from apps.returns.admin.story import Story

DELIVERIES_AT_MOST = 200
ATTEMPTS_AT_MOST = 1_000
ANSWER_SHOWN = 300
TONES = {
    DeliveryStatus.DELIVERED: display.GOOD,
    DeliveryStatus.DEAD: display.BAD,
    DeliveryStatus.PENDING: display.WAIT,
    DeliveryStatus.SENDING: display.WAIT,
}
_TRIED = {"ok": display.GOOD, "retry": display.WAIT, "permanent": display.BAD, "gone": display.BAD}


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt at a delivery, and what was answered."""

    attempt: Attempt

    @property
    def tone(self) -> str:
        return _TRIED.get(self.attempt.outcome, display.CALM)

    @property
    def answered(self) -> str:
        return answered(self.attempt.call)

    @property
    def said(self) -> str:
        return self.attempt.call.answer[:ANSWER_SHOWN]


@dataclass(frozen=True, slots=True)
class Told:
    """One event for one destination."""

    delivery: Delivery
    tried: Sequence[Tried]

    @property
    def last(self) -> Tried | None:
        return self.tried[-1] if self.tried else None

    @property
    def tone(self) -> str:
        return TONES.get(DeliveryStatus(self.delivery.status), display.CALM)


@dataclass(frozen=True, slots=True)
class Proof:
    """Where an entry stands in its chain, and the first checkpoint that signed it; both may be to come."""

    entry: AuditEntry
    seal: Seal | None
    checkpoint: tuple[int, Any] | None
    """(number, when)"""

    @property
    def chain(self) -> str:
        return self.entry.store_number or "-"

    @property
    def hash(self) -> str:
        return bytes(self.seal.hash).hex() if self.seal else ""


def subjects_of(story: Story) -> list[str]:
    """Everything the trail and the deliveries know this return by."""
    own = f"return:{story.what.pk}"
    return [own, f"stock:{own}", *(f"refund:{refund.pk}" for refund in story.refunds)]


def read_told(story: Story) -> list[Told]:
    """Deliveries of the return's events in the order they were made; two statements."""
    made = Delivery.objects.filter(subject__in=subjects_of(story)).select_related("destination")
    deliveries = list(made.order_by("id")[:DELIVERIES_AT_MOST])
    attempts = Attempt.objects.filter(delivery__in=[one.pk for one in deliveries])
    tried: dict[int, list[Tried]] = {}
    for attempt in attempts.select_related("call").order_by("pk")[:ATTEMPTS_AT_MOST]:
        tried.setdefault(attempt.delivery_id, []).append(Tried(attempt))
    return [Told(one, tried.get(one.pk, [])) for one in deliveries]


def read_proof(entries: Sequence[AuditEntry]) -> list[Proof]:
    """Of these entries; one statement, and the file of checkpoints."""
    seals = {seal.pk: seal for seal in Seal.objects.filter(pk__in=[one.pk for one in entries])}
    return [Proof(one, seal := seals.get(one.pk), _signed(seal)) for one in entries]


def _signed(seal: Seal | None) -> tuple[int, Any] | None:
    if seal is None or not settings.AUDIT_CHECKPOINTS:
        return None
    path = checkpoint_file.path_in(settings.AUDIT_CHECKPOINTS)
    if not path.exists():
        return None
    stat = path.stat()
    heads = _heads(path, stat.st_mtime_ns, stat.st_size).get(seal.chain, ())
    return next(((number, at) for n, number, at in heads if n >= seal.n), None)


@lru_cache(maxsize=2)
def _heads(path: Path, mtime_ns: int, size: int) -> dict[int, list[tuple[int, int, Any]]]:
    """Per chain what each checkpoint signed, oldest first: (n, number, when). Read again once it grows."""
    found: dict[int, list[tuple[int, int, Any]]] = {}
    for line in checkpoint_file.read_lines(path):
        for head in line.heads:
            found.setdefault(head.chain, []).append((head.n, line.number, line.at))
    return found
