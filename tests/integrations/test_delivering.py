"""A delivery is made at least once, in order where asked, and what cannot be made waits for people."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.common.ids import uuid7
from apps.events.models import Event
from apps.events.services import place_events
from apps.integrations.commands import CallMade
from apps.integrations.models import (
    Attempt,
    Call,
    Delivery,
    Destination,
    DestinationHealth,
    WebhookSecret,
)
from apps.integrations.policy.answers import Outcome
from apps.integrations.services import deliver_due, fan_out, replay, replay_stretch, set_status
from apps.integrations.services.replaying import Stretch, put_away
from apps.integrations.services.settling import Sent, settle_sent
from apps.integrations.services.turns import take_turn
from apps.integrations.states import DeliveryStatus, DestinationStatus
from tests.integrations.conftest import Erp
from tests.integrations.receiver import Manners, Receiver
from tests.world import SETUP, Register

S = timedelta(seconds=1)


@pytest.fixture
def sold(register: Register, erp: Erp) -> Destination:
    """Two events wait for the ERP: a sale and its stock."""
    place_events()
    fan_out(now=timezone.now())
    register.sell()
    place_events()
    assert fan_out(now=timezone.now()) == 2
    return erp[0]


def deliver(destination: Destination, at: datetime | None = None) -> int:
    moment = at or timezone.now()
    return deliver_due(destination.pk, 1, clock=lambda: moment)


def states() -> list[str]:
    return list(Delivery.objects.order_by("position").values_list("status", flat=True))


def test_signed_by_standard_webhooks_and_logged(
    sold: Destination, erp: Erp, receiver: Receiver
) -> None:
    assert deliver(sold) == 2
    sale, stock = receiver.received
    body = sale.verify(erp[1])
    assert (body["type"], body["store"], body["sequence"]) == ("sale.recorded", "0042", 1)
    assert sale.headers["webhook-id"] == body["id"]
    assert stock.verify(erp[1])["type"] == "stock.changed"
    assert states() == ["delivered"] * 2
    call = Call.objects.earliest("at")
    assert (call.status, json.loads(call.request_body)["id"], call.answer) == (
        200,
        body["id"],
        "ok",
    )
    assert list(Attempt.objects.values_list("number", "outcome")) == [(1, "ok")] * 2


def test_nothing_due_costs_one_look(sold: Destination, receiver: Receiver) -> None:
    deliver(sold)
    assert deliver(sold) == 0
    assert len(receiver.received) == 2


@pytest.mark.parametrize(
    ("manners", "cause"),
    [
        (Manners(status=500), "status 500"),
        (Manners(status=301, headers={"Location": "http://127.0.0.1:1/"}), "status 301"),
        (Manners(status=404), "status 404"),
        (Manners(hang_up=True), "broken-off"),
    ],
)
def test_a_failure_is_tried_again_in_five_seconds(
    sold: Destination, receiver: Receiver, manners: Manners, cause: str
) -> None:
    receiver.manners = manners
    now = timezone.now()
    deliver(sold, now)
    waiting = Delivery.objects.order_by("position")[0]
    assert (waiting.status, waiting.cause, waiting.attempts) == ("pending", cause, 1)
    assert 4 * S <= waiting.next_attempt_at - now <= 6 * S
    receiver.manners = Manners()
    assert deliver(sold, now + 7 * S) == 2
    assert states() == ["delivered"] * 2


def test_retry_after_is_honoured(sold: Destination, receiver: Receiver) -> None:
    receiver.manners = Manners(status=429, headers={"Retry-After": "120"})
    now = timezone.now()
    deliver(sold, now)
    assert Delivery.objects.earliest("position").next_attempt_at == now + 120 * S


def test_after_ten_attempts_it_waits_for_people_and_is_told(
    sold: Destination, receiver: Receiver
) -> None:
    receiver.manners = Manners(status=500)
    moment = timezone.now()
    for _ in range(200):
        deliver(sold, moment)
        moment += timedelta(hours=2)
    assert states() == ["dead"] * 2
    dead = Delivery.objects.earliest("position")
    assert (dead.attempts, dead.cause) == (10, "status 500")
    assert Event.objects.filter(type="delivery.dead").count() == 2
    assert AuditEntry.objects.filter(action="delivery.dead").count() == 2
    assert len(receiver.received) == 20


def test_a_dead_delivery_about_a_dead_delivery_is_not_told(
    sold: Destination, receiver: Receiver
) -> None:
    receiver.manners = Manners(status=500)
    Destination.objects.update(schedule=[0])
    deliver(sold)
    place_events()
    fan_out(now=timezone.now())
    DestinationHealth.objects.update(open_until=None, failures_in_a_row=0, recent=[])
    deliver(sold)
    assert states() == ["dead"] * 4
    assert Event.objects.filter(type="delivery.dead").count() == 2


def test_what_no_repetition_heals_is_given_up_after_three(
    sold: Destination, receiver: Receiver
) -> None:
    Destination.objects.update(permanent_statuses=[422])
    receiver.manners = Manners(status=422, body=b"no such shop")
    moment = timezone.now()
    for _ in range(4):
        deliver(sold, moment)
        moment += timedelta(hours=1)
    assert states() == ["dead"] * 2
    assert {d.attempts for d in Delivery.objects.all()} == {3}
    assert DestinationHealth.objects.get().open_until is None


def test_410_disables_at_once_and_what_waits_stays(sold: Destination, receiver: Receiver) -> None:
    receiver.manners = Manners(status=410)
    deliver(sold)
    sold.refresh_from_db()
    assert (sold.status, len(receiver.received)) == ("disabled", 1)
    assert states() == ["pending"] * 2
    assert deliver(sold, timezone.now() + timedelta(days=1)) == 0
    receiver.manners = Manners()
    set_status(sold, DestinationStatus.ACTIVE, actor=SETUP, now=timezone.now())
    assert deliver(sold, timezone.now() + timedelta(days=1)) == 2


def test_an_open_breaker_lets_one_probe_through_and_uses_up_no_attempts(
    register: Register, sold: Destination, receiver: Receiver
) -> None:
    for _ in range(4):
        register.sell()
    place_events()
    fan_out(now=timezone.now())
    receiver.manners = Manners(status=500)
    now = timezone.now()
    deliver(sold, now)
    assert len(receiver.received) == 5
    assert Delivery.objects.filter(attempts=0).count() == 5
    assert deliver(sold, now + 29 * S) == 0
    deliver(sold, now + 31 * S)
    assert len(receiver.received) == 6
    assert DestinationHealth.objects.get().opened_for_seconds == 60
    receiver.manners = Manners()
    deliver(sold, now + 95 * S)
    assert states() == ["delivered"] * 10


def test_in_order_a_failed_event_holds_back_its_own_subject_only(
    register: Register, erp: Erp, receiver: Receiver
) -> None:
    Destination.objects.update(ordered=True, event_types=["return.*"], schedule=[0])
    place_events()
    fan_out(now=timezone.now())
    first = register.authorize(register.sell())
    second = register.authorize(register.sell())
    place_events()
    fan_out(now=timezone.now())
    receiver.manners = Manners(status=500)
    assert deliver(erp[0]) == 2
    register.complete(first)
    Delivery.objects.filter(subject=f"return:{second['id']}").update(status="delivered")
    register.complete(second)
    place_events()
    fan_out(now=timezone.now())
    receiver.manners = Manners()
    DestinationHealth.objects.update(open_until=None, failures_in_a_row=0)
    assert deliver(erp[0]) == 1
    blocked = Delivery.objects.filter(subject=f"return:{first['id']}").order_by("sequence")
    assert [d.status for d in blocked] == ["dead", "pending"]
    replay(blocked[0], actor=SETUP, now=timezone.now())
    assert deliver(erp[0]) == 2
    told = [json.loads(r.body)["sequence"] for r in receiver.received[-2:]]
    assert told == [1, 2]


def test_a_worker_that_died_is_taken_over_and_cannot_write_any_more(
    sold: Destination, receiver: Receiver
) -> None:
    now = timezone.now()
    turn = take_turn(sold.pk, now=now)
    assert turn is not None
    assert deliver(sold, now + 30 * S) == 0
    assert deliver(sold, now + 90 * S) == 2
    assert states() == ["delivered"] * 2
    late = [
        Sent(c, uuid7(), CallMade(now, 1, 500, "", {}, "", ""), Outcome("retry", "status 500"))
        for c in turn.claims
    ]
    settle_sent(sold, late, now=now + 91 * S)
    assert states() == ["delivered"] * 2


def test_a_mode_every_five_minutes_takes_what_stood_there_when_it_began(
    register: Register, sold: Destination, receiver: Receiver
) -> None:
    Destination.objects.update(sync_mode="every", every_seconds=300)
    now = timezone.now()
    assert deliver(sold, now) == 2
    register.sell()
    place_events()
    fan_out(now=now + S)
    assert deliver(sold, now + 299 * S) == 0
    assert deliver(sold, now + 300 * S) == 2
    Destination.objects.update(every_seconds=10)
    register.sell()
    place_events()
    fan_out(now=now + 301 * S)
    assert deliver(sold, now + 310 * S) == 2


def test_paused_is_not_called_and_goes_on_afterwards(sold: Destination, receiver: Receiver) -> None:
    set_status(sold, DestinationStatus.PAUSED, actor=SETUP, now=timezone.now())
    assert deliver(sold) == 0
    set_status(sold, DestinationStatus.ACTIVE, actor=SETUP, now=timezone.now())
    assert deliver(sold) == 2


def test_exhausted_may_pause_the_destination(sold: Destination, receiver: Receiver) -> None:
    Destination.objects.update(when_exhausted="pause", schedule=[0])
    receiver.manners = Manners(status=500)
    deliver(sold)
    sold.refresh_from_db()
    assert (sold.status, states()) == ("paused", ["dead", "pending"])


def test_a_replay_keeps_the_event_id(sold: Destination, receiver: Receiver) -> None:
    deliver(sold)
    replay(Delivery.objects.earliest("position"), actor=SETUP, now=timezone.now())
    deliver(sold)
    first, _, again = receiver.received
    assert again.headers["webhook-id"] == first.headers["webhook-id"]


def test_a_stretch_of_time_is_sent_once_more(sold: Destination, receiver: Receiver) -> None:
    deliver(sold)
    now = timezone.now()
    stretch = Stretch(now - timedelta(hours=1), now, ("sale.recorded",), failed_only=False)
    assert replay_stretch(sold, stretch, actor=SETUP, now=now) == 1
    assert deliver(sold) == 1
    failed = Stretch(now - timedelta(hours=1), now)
    assert replay_stretch(sold, failed, actor=SETUP, now=now) == 0


@pytest.mark.parametrize("to", [DeliveryStatus.RESOLVED, DeliveryStatus.DISCARDED])
def test_putting_away_needs_a_reason(
    sold: Destination, receiver: Receiver, to: DeliveryStatus
) -> None:
    Destination.objects.update(schedule=[0])
    receiver.manners = Manners(status=500)
    deliver(sold)
    dead = Delivery.objects.earliest("position")
    with pytest.raises(Exception, match="Say why"):
        put_away(dead, to, note=" ", actor=SETUP, now=timezone.now())
    put_away(dead, to, note="Booked by hand", actor=SETUP, now=timezone.now())
    dead.refresh_from_db()
    assert (dead.status, dead.note, dead.settled_by) == (to, "Booked by hand", "tests")


def test_a_key_that_is_gone_is_our_mistake_and_heals(
    sold: Destination, receiver: Receiver, settings: Any
) -> None:
    now = timezone.now()
    kept = WebhookSecret.objects.get()
    WebhookSecret.objects.all().delete()
    deliver(sold, now)
    assert {d.cause for d in Delivery.objects.all()} == {"ours: CannotSign"}
    kept.save(force_insert=True)
    assert deliver(sold, now + 10 * S) == 2


def test_calls_a_minute_are_kept_to(sold: Destination, receiver: Receiver) -> None:
    Destination.objects.update(rate_per_minute=6)
    assert deliver(sold) == 2
    assert len(receiver.received) == 1
    assert sorted(Delivery.objects.values_list("status", "attempts")) == [
        ("delivered", 1), ("pending", 0),
    ]  # fmt: skip
