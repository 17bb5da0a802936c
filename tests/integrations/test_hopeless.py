"""Five days of nothing but failures, and a destination is disabled; enabled again, it catches up."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.common.caller import worker_actor
from apps.events.services import place_events
from apps.integrations.models import Delivery, Destination, DestinationHealth
from apps.integrations.services import (
    deliver_due,
    disable_hopeless,
    fan_out,
    replay_stretch,
    set_status,
)
from apps.integrations.services.replaying import Stretch
from apps.integrations.states import DestinationStatus
from tests.integrations.conftest import Erp
from tests.integrations.receiver import Manners, Receiver
from tests.world import SETUP, Register

NOW = timezone.now()
DAYS = timedelta(days=1)


@pytest.fixture
def erp_only(register: Register, erp: Erp) -> Destination:
    place_events()
    fan_out(now=NOW)
    return erp[0]


def disable(now: datetime = NOW) -> int:
    return disable_hopeless(actor=worker_actor("tests"), now=now)


def failed(for_days: float, **changes: Any) -> None:
    DestinationHealth.objects.update(
        failing_since=NOW - for_days * DAYS, last_failure_at=NOW, **changes
    )


def test_after_five_days_and_not_before(erp_only: Destination) -> None:
    failed(4.99)
    assert disable() == 0
    failed(5)
    assert disable() == 1
    assert disable() == 0

    erp_only.refresh_from_db()
    assert (erp_only.status, erp_only.status_reason) == (
        "disabled", "It did nothing but fail for five days.",
    )  # fmt: skip
    assert AuditEntry.objects.filter(action="destination.disabled").count() == 1


def test_one_success_begins_the_count_anew(
    erp_only: Destination, register: Register, receiver: Receiver
) -> None:
    failed(5)
    register.sell()
    place_events()
    fan_out(now=NOW)

    deliver_due(erp_only.pk, 1, clock=timezone.now)

    assert disable() == 0
    assert DestinationHealth.objects.get().failing_since is None


def test_one_failure_and_five_quiet_days_is_no_reason(erp_only: Destination) -> None:
    DestinationHealth.objects.update(failing_since=NOW - 6 * DAYS, last_failure_at=NOW - 6 * DAYS)

    assert disable() == 0


def test_one_that_is_paused_stays_paused(erp_only: Destination) -> None:
    failed(6)
    set_status(erp_only, DestinationStatus.PAUSED, actor=SETUP, now=NOW)

    assert disable() == 0


def test_enabled_again_it_has_its_time_and_catches_up(
    erp_only: Destination, register: Register, receiver: Receiver
) -> None:
    failed(5)
    disable()
    register.sell()
    place_events()
    fan_out(now=timezone.now())
    assert not Delivery.objects.exists()

    now = timezone.now()
    set_status(erp_only, DestinationStatus.ACTIVE, actor=SETUP, now=now)
    missed = Stretch(NOW - DAYS, now + DAYS, ("sale.*", "sale.recorded"), failed_only=False)
    assert replay_stretch(erp_only, missed, actor=SETUP, now=now) == 1

    assert disable(now) == 0
    assert deliver_due(erp_only.pk, 1, clock=timezone.now) == 1
    assert len(receiver.received) == 1


def _same(moment: datetime) -> datetime:
    return moment


def test_days_of_failing_calls_lead_there(
    erp_only: Destination, register: Register, receiver: Receiver
) -> None:
    Destination.objects.update(schedule=[0] + [6 * 3600] * 40)
    register.sell()
    place_events()
    fan_out(now=NOW)
    receiver.manners = Manners(status=500)
    moment, disabled_after = NOW, None
    while disabled_after is None and moment < NOW + 7 * DAYS:
        deliver_due(erp_only.pk, 1, clock=partial(_same, moment))
        if disable(moment):
            disabled_after = moment - NOW
        moment += timedelta(hours=1)

    assert disabled_after is not None
    assert 5 * DAYS <= disabled_after <= 5.5 * DAYS
    assert set(Delivery.objects.values_list("status", flat=True)) == {"pending"}
