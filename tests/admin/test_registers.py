"""The fleet: adding a register, its secret shown once, and what its buttons do."""

from __future__ import annotations

from django.test import Client

from apps.terminals.models import Credential, Terminal, TerminalProfile
from apps.terminals.states import CredentialStatus, TerminalStatus
from tests.admin.helpers import act, actions, page, read, rows, text_of, url
from tests.world import Register


def test_a_register_is_added_and_gets_a_secret_that_works(it: Client, register: Register) -> None:
    form = {"store": register.store.pk, "number": "09", "label": "Kids"}
    it.post(url(Terminal, "add"), {**form, "profile": register.terminal.profile_id})
    made = Terminal.objects.get(number="09")

    asked = read(it, act(made, "issue-secret"))
    shown = it.post(act(made, "issue-secret"))
    secret = shown.context["secret"]

    assert "shown once" in asked
    assert secret.startswith("rk_test_")
    assert secret in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert secret not in it.get(page(made)).content.decode()
    grant = f"grant_type=client_credentials&client_id={made.pk}&client_secret={secret}"
    form_encoded = "application/x-www-form-urlencoded"
    token = Client().post("/api/v1/oauth/token", grant, content_type=form_encoded)
    assert token.status_code == 200
    made.refresh_from_db()
    assert made.status == TerminalStatus.ACTIVE
    assert actions() == ["terminal.added", "terminal.active", "terminal.secret_issued"]


def test_a_number_that_is_taken_is_said_beside_the_form(it: Client, register: Register) -> None:
    form = {"store": register.store.pk, "number": "03", "profile": register.terminal.profile_id}

    text = text_of(it.post(url(Terminal, "add"), form))

    assert "already exists" in text
    assert actions() == []


def test_suspending_takes_hold_at_once_and_can_be_undone(it: Client, register: Register) -> None:
    it.post(act(register.terminal, "suspend"))
    refused = register.get("terminals/self").status_code
    it.post(act(register.terminal, "activate"))

    assert (refused, register.get("terminals/self").status_code) == (403, 200)
    assert actions() == ["terminal.suspended", "terminal.active"]


def test_retiring_is_for_good(it: Client, register: Register) -> None:
    it.post(act(register.terminal, "retire"))

    again = it.post(act(register.terminal, "activate"))

    assert "Nothing was done." in text_of(again)
    register.terminal.refresh_from_db()
    assert register.terminal.status == TerminalStatus.RETIRED
    assert "Issue a secret" not in read(it, page(register.terminal))


def test_a_revoked_credential_is_refused_from_the_next_request(
    it: Client, register: Register
) -> None:
    credential = register.terminal.credential_set.get()

    it.post(act(credential, "revoke"))

    assert register.get("terminals/self").status_code == 401
    assert Credential.objects.get().status == CredentialStatus.REVOKED
    assert actions() == ["terminal.credential_revoked"]


def test_buttons_only_ask_until_they_are_confirmed(it: Client, register: Register) -> None:
    for name in ("issue-secret", "suspend", "retire"):
        assert "No, go back" in read(it, act(register.terminal, name))

    register.terminal.refresh_from_db()
    assert register.terminal.status == TerminalStatus.ACTIVE
    assert actions() == []


def test_others_see_no_buttons_and_cannot_press_them(
    auditor: Client, manager: Client, register: Register
) -> None:
    credential = register.terminal.credential_set.get()
    for client in (auditor, manager):
        assert "Suspend" not in read(client, page(register.terminal))
        for address in (act(register.terminal, "issue-secret"), act(credential, "revoke")):
            assert client.get(address).status_code == 403
            assert client.post(address).status_code == 403

    assert actions() == []


def test_no_page_shows_a_secret_or_its_hash(it: Client, register: Register) -> None:
    credential = register.terminal.credential_set.get()
    hashed = bytes(credential.secret_hash or b"")

    for address in (page(register.terminal), page(credential), url(Credential)):
        body = it.get(address).content.decode()
        assert register.secret not in body
        assert hashed.hex() not in body
        assert str(hashed) not in body


def test_a_profile_is_ticked_and_holds_for_the_next_request(it: Client, register: Register) -> None:
    profile = register.terminal.profile

    form = {"name": profile.name, "scopes": ["sales"], "rate_per_second": "5", "burst": "9"}

    it.post(page(profile), form)

    assert TerminalProfile.objects.get(pk=profile.pk).scopes == ["sales"]
    assert register.get("terminals/self").status_code == 403
    assert actions() == ["terminalprofile.changed"]


def test_registers_that_were_not_seen_are_found(it: Client, register: Register) -> None:
    assert rows(it, Terminal, seen="no") == 1
    register.get("terminals/self")

    assert (rows(it, Terminal, seen="no"), rows(it, Terminal, seen="yes")) == (0, 1)


def test_a_register_cannot_be_deleted(it: Client, register: Register) -> None:
    assert it.post(url(Terminal, "delete", register.terminal.pk), {"post": "y"}).status_code == 403
