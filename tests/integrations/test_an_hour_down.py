"""A receiver is down for an hour, by a clock that the test moves: nobody has to do anything about it."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.events.models import Event
from apps.events.services import place_events
from apps.integrations.models import Attempt, Call, Delivery, Destination
from apps.integrations.services import add_destination, deliver_due, fan_out
from apps.integrations.services.turns import due_destinations
from tests.integrations.conftest import Erp
from tests.integrations.receiver import Manners, Received, Receiver
from tests.world import SETUP, Register

TICK = timedelta(seconds=10)
HOUR = timedelta(hours=1)
# Five calls open the breaker. From then on one call after each pause: 30 s, 60, 120, 240, 480, and
# ten minutes from the sixth pause on: 0, 30, 90, 210, 450, 930, 1530, 2130, 2730, 3330 s.
PROBES = [30, 90, 210, 450, 930, 1530, 2130, 2730, 3330]


class Clock:
    """The time as the engine reads it: it stands still until it is moved."""

    def __init__(self) -> None:
        self.began = self.now = timezone.now()

    def __call__(self) -> datetime:
        return self.now

    def run(self, destination: Destination, span: timedelta) -> list[int]:
        """What beat does, every ten seconds; the seconds (from the start) at which calls were made."""
        called = []
        until = self.now + span
        while self.now < until:
            before = Call.objects.filter(destination=destination).count()
            for found, *_ in due_destinations(self.now):
                deliver_due(found, 1, clock=self)
            made = Call.objects.filter(destination=destination).count() - before
            called += [round((self.now - self.began).total_seconds())] * made
            self.now += TICK
        return called


@pytest.fixture
def clock(register: Register, erp: Erp) -> Clock:
    """The reader stands at the end of the feed; then six returns, each authorized and completed."""
    read(timezone.now())
    Destination.objects.update(ordered=True)
    open_returns = [register.authorize(register.sell(), "1") for _ in range(6)]
    for one in open_returns:
        register.complete(one)
    clock = Clock()
    read(clock.now)
    return clock


def read(now: datetime) -> None:
    place_events()
    fan_out(now=now)


def is_signed(received: Received, secret: str) -> bool:
    """As a receiver checks it whose clock shows that same hour."""
    with time_machine.travel(float(received.headers["webhook-timestamp"])):
        return bool(received.verify(secret))


def by_subject(receiver: Receiver) -> dict[str, list[int]]:
    """The sequences of each subject in the order in which they were first taken."""
    taken: dict[str, list[int]] = defaultdict(list)
    for received in receiver.received:
        body = json.loads(received.body)
        subject = ":".join(body["subject"].values())
        if body["sequence"] not in taken[subject]:
            taken[subject].append(body["sequence"])
    return taken


def test_the_breaker_spares_it_and_everything_arrives_in_order_afterwards(
    clock: Clock, erp: Erp, receiver: Receiver
) -> None:
    waiting = Delivery.objects.count()
    assert waiting >= 24
    receiver.manners = Manners(status=503)

    called = clock.run(erp[0], HOUR)

    assert called == [0] * 5 + PROBES
    assert Attempt.objects.count() == 5 + len(PROBES)
    assert set(Delivery.objects.values_list("status", flat=True)) == {"pending"}
    assert Delivery.objects.filter(attempts=0).count() >= waiting - 5 - len(PROBES)

    receiver.manners = Manners()
    receiver.received.clear()
    clock.run(erp[0], timedelta(minutes=40))

    assert set(Delivery.objects.values_list("status", flat=True)) == {"delivered"}
    assert len(receiver.received) == waiting
    assert len({json.loads(r.body)["id"] for r in receiver.received}) == waiting
    assert all(seen == sorted(seen) for seen in by_subject(receiver).values())
    assert all(is_signed(received, erp[1]) for received in receiver.received)


def test_nothing_is_given_up_and_nobody_has_to_be_told(
    clock: Clock, erp: Erp, receiver: Receiver
) -> None:
    receiver.manners = Manners(status=503)

    clock.run(erp[0], HOUR)

    assert not Event.objects.filter(type="delivery.dead").exists()
    most = Delivery.objects.order_by("-tries")[0].tries
    assert most <= 5  # of ten: those before and the probes share them


def test_who_is_up_is_not_held_up_by_who_is_down(
    clock: Clock, erp: Erp, receiver: Receiver, register: Register
) -> None:
    receiver.manners = Manners(status=503)
    with Receiver() as well:
        other, _ = add_destination(name="Shop", url=well.url, actor=SETUP, now=clock.now)
        register.sell()
        read(clock.now)

        assert clock.run(other, 3 * TICK) == [0, 0]

    assert len(well.received) == 2
