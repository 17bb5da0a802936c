"""What needs a person is raised once, told as an event, and over by itself when its cause is gone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import Role
from apps.events.models import Event
from apps.events.services import place_events
from apps.insights.models import Alert
from apps.insights.services.alerting import watch
from apps.insights.wording import sentence
from apps.integrations.models import Delivery, Destination, DestinationHealth
from apps.integrations.services import add_destination, fan_out, set_status
from apps.integrations.states import DestinationStatus
from apps.terminals.models import Notice
from apps.terminals.states import NoticeKind
from tests.admin.conftest import client_of
from tests.admin.helpers import read
from tests.world import SETUP, Register

NOW = timezone.now()


@pytest.fixture
def erp(register: Register) -> Destination:
    """A destination for which two events wait."""
    place_events()
    fan_out(now=NOW)
    made, _ = add_destination(name="ERP", url="https://erp.example/", actor=SETUP, now=NOW)
    register.sell()
    place_events()
    fan_out(now=NOW)
    return made


def opened() -> list[tuple[str, str]]:
    alerts = Alert.objects.filter(closed_at=None).order_by("kind", "subject")
    return [(alert.kind, sentence(alert)) for alert in alerts]


def told() -> list[dict[str, Any]]:
    events = Event.objects.filter(type="destination.attention").order_by("ordinal")
    return list(events.values_list("data", flat=True))


def fail(**changes: Any) -> None:
    DestinationHealth.objects.update(**changes)


def test_all_well_raises_nothing(erp: Destination) -> None:
    assert watch(now=NOW) == (0, 0)
    assert (opened(), told()) == ([], [])


def test_dead_deliveries_by_cause_once_and_over_when_the_queue_is_empty(erp: Destination) -> None:
    Delivery.objects.update(status="dead", cause="status 500", settled_at=NOW)

    assert [watch(now=NOW), watch(now=NOW)] == [(1, 0), (0, 0)]

    said = "Events for ERP could not be delivered and wait in the error queue: status 500."
    assert opened() == [("dead-deliveries", said)]
    assert told() == [{"kind": "dead-deliveries", "name": "ERP", "cause": "status 500"}]
    Delivery.objects.update(status="delivered")
    assert watch(now=NOW) == (0, 1)
    assert (opened(), len(told())) == ([], 1)


@pytest.mark.parametrize("cause", ["status 500", "не найдено " * 7])
def test_a_dead_delivery_leads_to_the_rows_of_its_cause(erp: Destination, cause: str) -> None:
    first, second = Delivery.objects.order_by("id")
    Delivery.objects.filter(pk=first.pk).update(status="dead", cause=cause)
    Delivery.objects.filter(pk=second.pk).update(status="dead", cause="mapping")
    watch(now=NOW)

    link = next(alert.link for alert in Alert.objects.all() if alert.facts["cause"] == cause)
    page = client_of(Role.IT_ADMINISTRATOR).get(link)

    assert [row.pk for row in page.context["cl"].result_list] == [first.pk]


def test_each_cause_for_itself(erp: Destination) -> None:
    first, second = Delivery.objects.order_by("id")
    Delivery.objects.filter(pk=first.pk).update(status="dead", cause="status 500")
    Delivery.objects.filter(pk=second.pk).update(status="dead", cause="mapping")
    assert watch(now=NOW) == (2, 0)
    Delivery.objects.filter(pk=first.pk).update(status="delivered")
    assert watch(now=NOW) == (0, 1)
    assert [kind for kind, _ in opened()] == ["dead-deliveries"]


def test_a_flow_that_is_late(erp: Destination) -> None:
    late = NOW + timedelta(seconds=901)

    assert watch(now=late - timedelta(seconds=10)) == (0, 0)
    watch(now=late)

    assert opened() == [("flow-stale", "Events for ERP have been waiting for longer than 15 min.")]
    Destination.objects.update(max_age_seconds=3600)
    assert watch(now=late) == (0, 1)


def test_one_that_is_paused_may_wait(erp: Destination) -> None:
    set_status(erp, DestinationStatus.PAUSED, actor=SETUP, now=NOW)

    assert watch(now=NOW + timedelta(days=1)) == (0, 0)


def test_an_open_breaker_until_a_call_gets_through(erp: Destination) -> None:
    fail(open_until=NOW + timedelta(seconds=30), failing_since=NOW, last_failure_at=NOW)
    watch(now=NOW)
    watch(now=NOW + timedelta(minutes=5))  # its time is over, but nothing got through so far
    assert [kind for kind, _ in opened()] == ["breaker-open"]

    fail(open_until=None, failing_since=None)

    assert watch(now=NOW) == (0, 1)


def test_failing_for_a_day(erp: Destination) -> None:
    fail(failing_since=NOW - timedelta(hours=24), last_failure_at=NOW - timedelta(seconds=1))
    assert watch(now=NOW) == (0, 0)

    fail(last_failure_at=NOW)
    watch(now=NOW)

    assert opened() == [
        ("failing-for-a-day",
         "ERP has done nothing but fail for a day. After five days it is disabled."),
    ]  # fmt: skip


def test_one_that_the_system_disabled_until_it_is_enabled(erp: Destination) -> None:
    fail(failing_since=NOW, last_failure_at=NOW)
    set_status(erp, DestinationStatus.DISABLED, reason="It said 410.", actor=SETUP, now=NOW)
    watch(now=NOW)
    assert opened() == [("destination-disabled", "ERP is disabled and hears nothing: It said 410.")]

    set_status(erp, DestinationStatus.ACTIVE, actor=SETUP, now=NOW)

    assert watch(now=NOW) == (0, 1)


def test_one_that_a_person_disabled_while_it_was_well_is_no_alert(erp: Destination) -> None:
    set_status(erp, DestinationStatus.DISABLED, reason="Moved", actor=SETUP, now=NOW)

    assert watch(now=NOW) == (0, 0)


def test_what_comes_back_is_raised_anew(erp: Destination) -> None:
    for _ in range(2):
        fail(open_until=NOW)
        assert watch(now=NOW) == (1, 0)
        fail(open_until=None)
        assert watch(now=NOW) == (0, 1)

    assert Alert.objects.count() == len(told()) == 2


def test_a_destination_hears_of_its_own_trouble_when_it_is_back(erp: Destination) -> None:
    fail(open_until=NOW)
    watch(now=NOW)
    place_events()
    fan_out(now=NOW)

    attention = Delivery.objects.get(event_type="destination.attention")
    assert (attention.subject, attention.sequence) == (f"destination:{erp.pk}", 1)


def test_what_a_register_reports_but_no_reminders(register: Register) -> None:
    for kind in (NoticeKind.ROTATION_OVERDUE, NoticeKind.ROTATION_DUE):
        Notice.objects.create(
            terminal=register.terminal,
            kind=kind,
            subject="k",
            detail="Since Monday.",
            raised_at=NOW,
        )
    watch(now=NOW)

    said = "Register 0042/03: The key is older than it may be. Since Monday."
    assert (opened(), told()) == ([("register-notice", said)], [])
    Notice.objects.update(cleared_at=NOW)
    assert watch(now=NOW) == (0, 1)


def test_the_look_costs_the_same_with_many(
    erp: Destination, django_assert_num_queries: Any
) -> None:
    for n in range(20):
        add_destination(name=f"D{n}", url="https://d.example/", actor=SETUP, now=NOW)
    fail(open_until=NOW)
    with django_assert_num_queries(14):  # BEGIN and COMMIT among them
        assert watch(now=NOW) == (21, 0)


def test_the_home_page_and_the_list_say_it(erp: Destination) -> None:
    fail(open_until=NOW)
    watch(now=NOW)
    it = client_of(Role.IT_ADMINISTRATOR)

    assert "ERP fails and is left alone for a while." in read(it, "/admin/")
    assert "ERP fails and is left alone for a while." in read(it, "/admin/insights/alert/")
    alert = Alert.objects.get()
    assert it.get(alert.link).status_code == 200
    assert "Open the page" in read(it, f"/admin/insights/alert/{alert.pk}/change/")
