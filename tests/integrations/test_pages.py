"""Destinations in the admin: added, tested, rotated, switched off; secrets shown once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.integrations.models import Destination, WebhookSecret
from apps.integrations.services import OVERLAP, add_destination, rotate_webhook_secret
from tests.admin.helpers import act, actions, page, read, rows, text_of, url
from tests.books import books, nothing_changes
from tests.integrations.forms import filled
from tests.integrations.receiver import Manners, Receiver
from tests.world import SETUP

Erp = tuple[Destination, str]
ACTS = (
    *("send-test", "rotate-secret", "end-old-secret", "disable", "enable", "pause", "resume"),
    *("replay", "close-breaker"),
)


def overlapping(destination: Destination) -> None:
    rotate_webhook_secret(destination, actor=SETUP, now=timezone.now())


def test_one_is_added_and_its_secret_is_shown_this_once(it: Client, receiver: Receiver) -> None:
    shown = it.post(url(Destination, "add"), {"name": "ERP", "url": receiver.url})
    made = Destination.objects.get()
    secret = made.secrets.get().secret

    assert secret is not None
    assert secret in text_of(shown)
    assert "no-store" in shown["Cache-Control"]
    it.post(act(made, "send-test"))
    assert receiver.received[0].verify(secret)["type"] == "ping"
    assert secret not in it.get(page(made)).content.decode()
    assert actions() == ["destination.added", "destination.test_sent"]
    assert secret[10:] not in str(books())


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "", "url": "https://erp.example/"}, "This field is required."),
        ({"name": "ERP", "url": "ftp://erp.example/"}, "Write it as https://host/path"),
        ({"name": "ERP", "url": "https://ines@erp.example/"}, "Write it as https://host/path"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    it: Client, form: dict[str, str], said: str
) -> None:
    with nothing_changes():
        assert said in text_of(it.post(url(Destination, "add"), form))


def test_a_name_that_is_taken_is_said_beside_the_field(it: Client, erp: Erp) -> None:
    form = {"name": "ERP", "url": "https://erp.example/"}
    with nothing_changes():
        assert "already exists" in text_of(it.post(url(Destination, "add"), form))


def test_a_change_is_recorded_and_kept_in_the_history(it: Client, erp: Erp) -> None:
    destination, secret = erp
    it.post(page(destination), filled(it, destination, name="SAP", status="disabled"))

    entry = AuditEntry.objects.get(actor_kind="user")
    assert entry.data == {"name": {"before": "ERP", "after": "SAP"}}
    history = it.get(url(Destination, "history", destination.pk)).content.decode()
    assert "SAP" in history
    assert secret not in history
    destination.refresh_from_db()
    assert destination.status == "active"


def test_rotating_shows_the_new_secret_once(it: Client, erp: Erp) -> None:
    destination, old = erp
    asked = read(it, act(destination, "rotate-secret"))
    shown = it.post(act(destination, "rotate-secret"))
    new = destination.secrets.get(status="active").secret

    assert "For 24 hours every request carries two signatures" in asked
    assert new is not None
    assert new != old
    assert new in text_of(shown)
    assert "no-store" in shown["Cache-Control"]
    assert new not in it.get(page(destination)).content.decode()
    assert actions() == ["destination.secret_rotated"]


def test_while_two_sign_the_old_one_is_ended_before_the_next(it: Client, erp: Erp) -> None:
    destination, _old = erp
    overlapping(destination)
    before = it.get(page(destination)).content.decode()

    with nothing_changes():
        assert "Nothing was done." in text_of(it.post(act(destination, "rotate-secret")))
    it.post(act(destination, "end-old-secret"))

    assert "End the old secret now" in before
    assert "Rotate the secret" not in before
    assert actions() == ["destination.secret_ended"]
    assert "Rotate the secret" in read(it, page(destination))


def test_a_destination_is_disabled_and_enabled_again(it: Client, erp: Erp) -> None:
    destination, _ = erp
    it.post(act(destination, "disable"))
    assert rows(it, Destination, status="disabled") == 1
    it.post(act(destination, "enable"))

    assert rows(it, Destination, status="active") == 1
    assert actions() == ["destination.disabled", "destination.active"]
    assert destination.history.count() == 3


def test_the_answer_to_a_test_event_is_shown_as_text(
    it: Client, erp: Erp, receiver: Receiver
) -> None:
    receiver.manners = Manners(status=422, body=b"<script>alert(1)</script> 4111111111111111")

    asked = read(it, act(erp[0], "send-test"))
    response = it.post(act(erp[0], "send-test"))

    assert "up to 20 seconds" in asked
    assert "HTTP status 422" in text_of(response)
    assert (
        "&lt;script&gt;alert(1)&lt;/script&gt; [card number removed]" in response.content.decode()
    )
    assert not re.search(
        r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", response.content.decode()
    )


@pytest.mark.parametrize(
    ("manners", "said"),
    [
        (Manners(), "received The receiver took it"),
        (Manners(status=204, body=b""), "The answer It was empty."),
        (Manners(status=301), "answered with a redirect, which is not followed"),
        (Manners(status=401), "not received It answered, but did not take it."),
        (Manners(hang_up=True), "closed without an answer that we understand"),
    ],
)
def test_what_came_of_it_is_said_in_a_sentence(
    it: Client, erp: Erp, receiver: Receiver, manners: Manners, said: str
) -> None:
    receiver.manners = manners

    assert said in text_of(it.post(act(erp[0], "send-test")))


@pytest.mark.django_db(transaction=True)
def test_the_page_sends_with_no_transaction_open(receiver: Receiver, it: Client) -> None:
    destination, _ = add_destination(name="ERP", url=receiver.url, actor=SETUP, now=timezone.now())

    assert "HTTP status 200" in text_of(it.post(act(destination, "send-test")))
    assert len(receiver.received) == 1


def test_an_auditor_looks_and_presses_nothing(
    auditor: Client, erp: Erp, receiver: Receiver
) -> None:
    destination, _ = erp
    overlapping(destination)
    shown = read(auditor, page(destination))

    with nothing_changes():
        for name in ACTS:
            assert auditor.get(act(destination, name)).status_code == 403
            assert auditor.post(act(destination, name)).status_code == 403
        assert auditor.post(page(destination), {"name": "Mine"}).status_code == 403
        assert auditor.post(url(Destination, "add"), {}).status_code == 403
    assert "ERP" in shown
    assert "Send a test event" not in shown
    assert receiver.received == []


def test_a_store_manager_does_not_see_them(manager: Client, erp: Erp) -> None:
    for address in (url(Destination), page(erp[0]), act(erp[0], "send-test")):
        assert manager.get(address).status_code == 403
    assert "Integrations" not in manager.get("/admin/").content.decode()


@pytest.fixture
def lost_key(db: None, receiver: Receiver, settings: Any) -> Destination:
    """A destination whose secret stands under a key that is gone."""
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    made, _ = add_destination(name="ERP", url=receiver.url, actor=SETUP, now=timezone.now())
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    return made


def test_a_lost_key_is_said_and_breaks_no_page(
    it: Client, lost_key: Destination, receiver: Receiver
) -> None:
    with nothing_changes():
        listed, opened = read(it, url(Destination)), read(it, page(lost_key))
        tested = text_of(it.post(act(lost_key, "send-test"), follow=True))

    assert "cannot be read: key missing" in listed
    assert "cannot be read: key missing" in opened
    assert f"The secret {lost_key.secrets.get()} cannot be read. The key it stands" in tested
    assert "Put the key back, or rotate the secret." in tested
    assert receiver.received == []


def test_rotating_makes_a_lost_key_good(
    it: Client, lost_key: Destination, receiver: Receiver
) -> None:
    it.post(act(lost_key, "rotate-secret"))
    it.post(act(lost_key, "send-test"))

    new = WebhookSecret.objects.get(status="active").secret
    assert new is not None
    assert receiver.received[0].verify(new)["type"] == "ping"
    assert not WebhookSecret.objects.filter(status="retiring").exists()


def test_a_destination_that_was_added_by_mistake_can_be_deleted(it: Client, erp: Erp) -> None:
    it.post(url(Destination, "delete", erp[0].pk), {"post": "yes"})

    assert not Destination.objects.exists()
    assert not WebhookSecret.objects.exists()
    assert actions() == ["destination.deleted"]


def test_the_list_takes_the_same_few_statements_whatever_the_rows(it: Client, erp: Erp) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert it.get(url(Destination)).status_code == 200
        return len(seen)

    few = statements()
    for number in range(20):
        made, _ = add_destination(
            name=f"{number}", url="https://erp.example/", actor=SETUP, now=timezone.now()
        )
        overlapping(made)

    assert statements() == few <= 7
    assert rows(it, Destination) == 21


@pytest.mark.parametrize("role", ["it", "auditor"])
def test_pages_keep_to_the_content_policy(
    erp: Erp, role: str, request: pytest.FixtureRequest
) -> None:
    client: Client = request.getfixturevalue(role)
    overlapping(erp[0])
    for address in (url(Destination), page(erp[0]), url(Destination, "history", erp[0].pk)):
        body = client.get(address).content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", body), address
        assert "object (" not in body


def test_the_list_tells_how_the_secrets_are(it: Client, erp: Erp) -> None:
    assert "one signs" in read(it, url(Destination))
    overlapping(erp[0])
    assert "two sign at present" in read(it, url(Destination))
    assert OVERLAP.total_seconds() == 24 * 3600
