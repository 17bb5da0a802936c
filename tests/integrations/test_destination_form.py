"""What an administrator sets of a destination, and that it counts at the next tick."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.events.services import place_events
from apps.integrations.models import Delivery, Destination
from apps.integrations.policy.durations import (
    BadSpan,
    read_schedule,
    read_span,
    write_schedule,
    write_span,
)
from apps.integrations.policy.schedule import STANDARD
from apps.integrations.services import change_destination, deliver_due, fan_out
from tests.admin.helpers import page, text_of
from tests.books import books, nothing_changes
from tests.integrations.conftest import Erp
from tests.integrations.forms import filled
from tests.integrations.receiver import Receiver
from tests.world import SETUP, Register


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("at once", 0), ("90", 90), ("5 min", 300), ("5min", 300), ("2 H", 7_200), ("1 d", 86_400)],
)
def test_a_span_is_read(text: str, seconds: int) -> None:
    assert read_span(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-5 s", "5 weeks", "1.5 h", "5 s 3"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(BadSpan):
        read_span(text)


def test_the_standard_schedule_is_written_and_read_back() -> None:
    text = "at once, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h"
    assert write_schedule(list(STANDARD)) == text
    assert read_schedule(text) == list(STANDARD)
    assert (write_span(90), write_span(172_800), write_span(0)) == ("90 s", "2 d", "0 s")


def test_the_form_is_saved_as_it_was_read(it: Client, erp: Erp) -> None:
    with nothing_changes():
        assert it.post(page(erp[0]), filled(it, erp[0])).status_code == 302


def test_settings_are_changed_with_an_entry_and_a_history(it: Client, erp: Erp) -> None:
    changes = {"event_types": ["return.*", "sale.recorded"], "schedule": "at once, 10 s",
               "sync_mode": "every", "every_seconds": "2 min", "permanent_statuses": "422, 400"}  # fmt: skip
    it.post(page(erp[0]), filled(it, erp[0], **changes))

    now = Destination.objects.get()
    assert now.event_types == ["return.*", "sale.recorded"]
    assert (now.schedule, now.permanent_statuses) == ([0, 10], [400, 422])
    assert (now.sync_mode, now.every_seconds) == ("every", 120)
    entry = AuditEntry.objects.get(actor_kind="user")
    assert entry.action == "destination.changed"
    assert entry.data["every_seconds"] == {"before": 300, "after": 120}
    assert now.history.count() == 2


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("schedule", "now and then", "“now and then” cannot be read."),
        ("schedule", "8 d", "“8 d” cannot be read."),
        ("every_seconds", "1 s", "From 5 s to 24 h."),
        ("every_seconds", "often", "“often” is no span of time."),
        ("permanent_statuses", "200", "“200” is no status from 400 to 599."),
        ("event_types", ["return.invented"], "Select a valid choice."),
        ("stores", ["9999"], "Select a valid choice."),
        ("concurrency", "17", "less than or equal to 16"),
        ("url", "http:/erp", "Write it as https://host/path"),
    ],
)
def test_what_makes_no_sense_is_said_beside_the_field(
    it: Client, erp: Erp, field: str, value: Any, said: str
) -> None:
    form = filled(it, erp[0], **{field: value})
    with nothing_changes():
        assert said in text_of(it.post(page(erp[0]), form))


def test_a_change_counts_at_the_next_tick(
    it: Client, erp: Erp, register: Register, receiver: Receiver
) -> None:
    place_events()
    fan_out(now=timezone.now())
    form = filled(it, erp[0], event_types=["sale.recorded"], sync_mode="daily")
    it.post(page(erp[0]), form)
    register.sell()
    place_events()

    assert fan_out(now=timezone.now()) == 1
    assert Delivery.objects.get().event_type == "sale.recorded"
    now = timezone.now()
    Destination.objects.update(daily_zone="UTC", daily_at=(now - timedelta(minutes=1)).time())
    Delivery.objects.update(created_at=now - timedelta(hours=1))
    assert deliver_due(erp[0].pk, 1, clock=timezone.now) == 1
    register.sell()
    place_events()
    fan_out(now=timezone.now())
    assert deliver_due(erp[0].pk, 1, clock=timezone.now) == 0
    assert len(receiver.received) == 1
    it.post(page(erp[0]), filled(it, erp[0], sync_mode="at_once"))
    assert deliver_due(erp[0].pk, 1, clock=timezone.now) == 1


def test_only_what_was_changed_is_written(erp: Erp) -> None:
    Destination.objects.update(name="Renamed by somebody else")
    change_destination(erp[0], {"batch_size": 7}, actor=SETUP, now=timezone.now())

    now = Destination.objects.get()
    assert (now.name, now.batch_size) == ("Renamed by somebody else", 7)


def test_credentials_are_kept_encrypted_and_shown_nowhere(it: Client, erp: Erp) -> None:
    given = {"username": "erp", "password": "quiet-harbour-77"}
    change_destination(erp[0], {}, credentials=given, actor=SETUP, now=timezone.now())
    change_destination(erp[0], {}, credentials={"username": ""}, actor=SETUP, now=timezone.now())

    now = Destination.objects.get()
    assert now.credentials == '{"password": "quiet-harbour-77"}'
    assert now.credentials_set_at is not None
    assert "quiet-harbour-77" not in str(books())
    assert "quiet-harbour-77" not in it.get(page(erp[0])).content.decode()
    assert AuditEntry.objects.latest("id").data == {"credentials": {"replaced": ["username"]}}
