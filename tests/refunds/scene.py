"""What the tests of this folder do again and again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.events.models import Event
from apps.refunds import services
from apps.refunds.models import RefundEvent
from tests.world import Register, line

Json = dict[str, Any]


class Clock:
    """The worker's time. It starts a minute ahead, when everything just made is due."""

    def __init__(self) -> None:
        self.now = timezone.now() + timedelta(minutes=1)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def sell(register: Register, *tenders: Json, units: int = 1, **changes: Any) -> Json:
    """A sale of `units` of one thing, paid with these tenders."""
    price = sum(tender["amount"] for tender in tenders) // units
    one_line = line(quantity=str(units), unit_price=price)
    return register.sell(lines=[one_line], tenders=list(tenders), **changes)


def take_back(register: Register, *tenders: Json, **changes: Any) -> Json:
    """Sell one thing paid with these tenders, and take it back at once; the return."""
    response = register.take_back(sell(register, *tenders), **changes)
    assert response.status_code == 201, response.content
    body: Json = response.json()
    assert body["status"] == "completed"
    return body


def work(clock: Callable[[], datetime], **changes: Any) -> int:
    """What a worker does when it is woken."""
    return services.execute_due_refunds(clock=clock, **changes)


def refunds_seen(register: Register, returned: Json) -> list[tuple[Any, ...]]:
    """(tender, kind, amount, status) of each refund, as the register sees them."""
    shown = register.get(f"returns/{returned['id']}").json()["refunds"]
    return [(r["tender"], r["kind"], r["amount"], r["status"]) for r in shown]


def steps(refund_id: UUID | str) -> list[tuple[int, str]]:
    """(attempt, what) of each step of a refund."""
    found = RefundEvent.objects.filter(refund_id=refund_id).order_by("id")
    return list(found.values_list("attempt", "kind"))


def trail() -> list[tuple[str, str, str]]:
    """(action, outcome, who) of everything the trail has about refunds."""
    found = AuditEntry.objects.filter(subject_type="refund").order_by("id")
    return list(found.values_list("action", "outcome", "actor_kind"))


def told() -> list[tuple[str, int]]:
    """(type, amount) of everything other systems hear about refunds."""
    found = Event.objects.filter(subject_type="refund").order_by("ordinal")
    return [(event.type, event.data["amount"]) for event in found]
