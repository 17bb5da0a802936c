"""The page "Encryption keys": what stands under which key, what to do next, and the button."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Role
from apps.audit.models import AuditEntry
from apps.common.encrypted import encrypted_fields
from apps.common.keyring import keyring
from apps.insights.encryption import read_keys
from apps.insights.home import read_home
from apps.insights.models import Heartbeat, Reencryption, VerifyRun
from apps.insights.services import reencryption, resealing
from apps.insights.services.reencryption import ask_reencryption, carry_on
from apps.integrations.models import WebhookSecret
from apps.integrations.services import add_destination
from tests.admin.conftest import client_of
from tests.admin.helpers import actions, read, text_of
from tests.books import nothing_changes
from tests.world import SETUP, Register

A, B = (Fernet.generate_key().decode() for _ in range(2))
PAGE = "/admin/encryption-keys/"
FIGURES = "/admin/encryption-keys/figures/"


@pytest.fixture
def it(db: None) -> Client:
    return client_of(Role.IT_ADMINISTRATOR)


@pytest.fixture
def auditor(db: None) -> Client:
    return client_of(Role.AUDITOR)


@pytest.fixture
def three(db: None, settings: Any) -> None:
    """Three secrets under A, which is the newest key no more."""
    settings.FIELD_KEYS = [A]
    for name in ("ERP", "Shop", "Loyalty"):
        add_destination(name=name, url="https://erp.example/", actor=SETUP, now=timezone.now())
    settings.FIELD_KEYS = [B, A]


def marks() -> list[str]:
    sealed: list[Any] = list(WebhookSecret.objects.values_list("secret", flat=True))
    return [one.mark for one in sealed]


def run() -> Reencryption:
    return Reencryption.objects.get()


@pytest.mark.usefixtures("three")
def test_it_says_what_stands_under_which_key_and_never_a_key(it: Client) -> None:
    response = it.get(PAGE)
    text, (newest, old, derived) = text_of(response), keyring().marks

    assert (
        f"{newest} newest nothing {old} older Webhook secrets: secret: 3 {derived} older nothing"
        in text
    )
    assert "to do 3 values stand under an older key." in text
    assert not any(key in response.content.decode() for key in (A, B))


@pytest.mark.usefixtures("three")
def test_the_button_has_a_worker_do_it(it: Client) -> None:
    pressed = it.post(PAGE, follow=True)
    asked = text_of(pressed)
    carry_on(clock=timezone.now)
    done = read(it, PAGE)

    assert "Re-encryption is under way waiting for a worker" in asked
    assert "Re-encrypt now" not in asked.partition("Changing the key")[0]
    assert 'data-refresh="/admin/encryption-keys/figures/"' in pressed.content.decode()
    assert set(marks()) == {keyring().newest}
    assert "in order Nothing stands under the older keys." in done
    assert "Re-encrypted: 3. Could not be read: 0." in done
    assert actions() == ["secrets.reencryption_asked"]
    entry = AuditEntry.objects.get(action="secrets.reencrypted")
    assert entry.actor_kind == "worker"
    assert sum(field["reencrypted"] for field in entry.data["fields"]) == 3


@pytest.mark.usefixtures("three")
def test_pressed_twice_it_is_done_once(it: Client) -> None:
    it.post(PAGE)
    with nothing_changes():
        again = text_of(it.post(PAGE, follow=True))

    assert "It is under way already." in again
    assert Reencryption.objects.count() == 1


@pytest.mark.usefixtures("three")
def test_the_bar_shows_how_far_it_is_from_wherever_one_comes_back(
    it: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "BATCH", 1)
    monkeypatch.setattr(reencryption, "PASS_S", -1)
    it.post(PAGE)
    carry_on(clock=timezone.now)
    assert (run().seen, run().total) == (0, 3)

    Reencryption.objects.update(seen=2)
    bar = it.get(FIGURES).content.decode()

    assert 'value="2" max="3"' in bar
    assert "2</span> of" in bar
    assert "data-settled" not in bar
    assert "<html" not in bar


@pytest.mark.usefixtures("three")
def test_a_pass_that_was_left_is_carried_on_by_the_next_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resealing, "BATCH", 1)
    ask_reencryption(actor=SETUP, now=timezone.now())
    turns = iter([False, False, True])
    monkeypatch.setattr(reencryption, "is_late", lambda stop: next(turns, False))

    carry_on(clock=timezone.now)
    assert (run().reencrypted, run().finished_at) == (2, None)
    carry_on(clock=timezone.now)

    assert (run().reencrypted, run().seen, run().total) == (3, 3, 3)
    assert run().finished_at is not None
    assert set(marks()) == {keyring().newest}


@pytest.mark.usefixtures("three")
def test_what_a_dead_worker_held_is_free_after_two_minutes() -> None:
    now = timezone.now()
    ask_reencryption(actor=SETUP, now=now)
    Reencryption.objects.update(due_at=now + reencryption.LEASE)

    with nothing_changes():
        carry_on(clock=lambda: now + timedelta(seconds=119))
    carry_on(clock=lambda: now + timedelta(seconds=120))

    assert run().finished_at is not None


@pytest.mark.usefixtures("three")
def test_a_worker_without_the_newest_key_leaves_it_alone(it: Client, settings: Any) -> None:
    it.post(PAGE)
    Reencryption.objects.update(asked_at=timezone.now() - timedelta(minutes=1))

    settings.FIELD_KEYS = [A]
    with nothing_changes():
        carry_on(clock=timezone.now)
    settings.FIELD_KEYS = [B, A]

    assert "was it restarted with the new key?" in read(it, PAGE)


@pytest.mark.usefixtures("three")
def test_a_newer_key_closes_what_went_towards_the_one_before(settings: Any) -> None:
    ask_reencryption(actor=SETUP, now=timezone.now())
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), B, A]

    ask_reencryption(actor=SETUP, now=timezone.now())
    carry_on(clock=timezone.now)

    assert Reencryption.objects.filter(finished_at=None).count() == 0
    assert set(marks()) == {keyring().newest}


@pytest.mark.usefixtures("three")
def test_a_missing_key_is_said_with_what_to_do(it: Client, settings: Any) -> None:
    lost, settings.FIELD_KEYS = keyring().marks[1], [B]

    text = read(it, PAGE)

    assert "not readable 3 values cannot be read: their key is missing." in text
    assert f"{lost} missing Webhook secrets: secret: 3" in text
    assert "Put that key back at the end of FIELD_KEYS" in text


def test_with_one_key_and_nothing_to_do_it_says_how_to_begin(it: Client) -> None:
    text = read(it, PAGE)

    assert "in order Everything stands under the newest key." in text
    assert "add a new key in front of FIELD_KEYS" in text


@pytest.mark.usefixtures("three")
def test_an_auditor_looks_and_presses_nothing(auditor: Client) -> None:
    shown = auditor.get(PAGE).content.decode()

    assert "Encryption keys" in shown
    assert '<button type="submit" class="button primary">' not in shown
    with nothing_changes():
        assert auditor.post(PAGE).status_code == 403


def test_a_store_manager_does_not_see_it(db: None) -> None:
    manager = client_of(Role.STORE_MANAGER)

    assert [manager.get(address).status_code for address in (PAGE, FIGURES)] == [403, 403]
    assert manager.post(PAGE).status_code == 403
    assert "Encryption keys" not in manager.get("/admin/").content.decode()


def test_strangers_are_sent_to_the_log_in(client: Client, db: None) -> None:
    for address in (PAGE, FIGURES):
        assert client.get(address)["Location"].startswith("/admin/login/")


@pytest.mark.usefixtures("three")
def test_the_page_takes_a_statement_for_each_field(it: Client) -> None:
    with CaptureQueriesContext(connection) as seen:
        read_keys(now=timezone.now())

    assert len(seen) == 1 + len(encrypted_fields())


@pytest.mark.usefixtures("three")
def test_the_home_page_tells_of_older_and_missing_keys(
    it: Client, register: Register, settings: Any
) -> None:
    Heartbeat.objects.create(name="beat", at=timezone.now())
    VerifyRun.objects.create(at=timezone.now(), seconds=1, violations=0, results=[])

    assert "Some stored secrets stand under an older key. Re-encrypt them" in read(it, "/admin/")
    settings.FIELD_KEYS = [B]
    assert "Some stored secrets cannot be read" in read(it, "/admin/")
    settings.FIELD_KEYS = [A]
    alerts = read_home(now=timezone.now()).alerts
    assert [one.text for one in alerts if "stored secrets" in one.text] == []
