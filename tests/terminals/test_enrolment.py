"""A one-use code and a key of the register's own become an identity."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.common.errors import StaleState
from apps.events.models import Event
from apps.terminals.models import Credential, EnrolmentCode, Notice, Terminal
from apps.terminals.policy.codes import grouped
from apps.terminals.services import add_terminal, issue_code, set_status
from apps.terminals.states import TerminalStatus
from tests.books import books, nothing_changes
from tests.terminals.signing import Key, ask_token, ed25519, p256, post, public, sign
from tests.world import SETUP, Register, problem


@pytest.fixture
def terminal(register: Register) -> Terminal:
    """A new register of the shop that waits for enrolment."""
    return add_terminal(
        store=register.store,
        number="07",
        profile=register.terminal.profile,
        label="",
        actor=SETUP,
        now=timezone.now(),
    )


def code_for(terminal: Terminal) -> str:
    return issue_code(terminal, actor=SETUP, now=timezone.now())


def test_a_code_is_24_characters_kept_as_its_hash(terminal: Terminal) -> None:
    code = code_for(terminal)
    kept = EnrolmentCode.objects.get()
    assert (len(code), kept.hint) == (24, code[:4])
    assert kept.expires_at - kept.created_at == timedelta(minutes=15)
    assert code not in str(books())
    assert grouped(code).count("-") == 5


@pytest.mark.parametrize("key", [ed25519(), p256()], ids=["Ed25519", "P-256"])
def test_a_register_enrols_with_a_key_of_its_own(terminal: Terminal, key: Key) -> None:
    answer = post("terminals/enrol", {"code": code_for(terminal), "jwk": public(key)})
    assert answer.status_code == 201
    body = answer.json()
    credential = Credential.objects.get(terminal=terminal)
    assert body.pop("enrolled_at").endswith("Z")
    assert body.pop("scopes") == terminal.profile.scopes
    assert body == {
        "client_id": str(terminal.pk), "credential_id": str(credential.pk), "kid": key.thumbprint(),
        "store": "0042", "terminal": "07", "timezone": "Europe/Berlin", "currency": "EUR",
        "token_url": "http://127.0.0.1:8000/api/v1/oauth/token",
    }  # fmt: skip
    assert (credential.status, credential.public_key) == ("pending", public(key))
    assert Terminal.objects.get(pk=terminal.pk).status == "active"
    assert ask_token(sign(key, body["client_id"])).status_code == 200


@pytest.mark.parametrize("spell", [str, grouped, lambda c: f" {grouped(c).lower()} "])
def test_a_code_is_typed_as_one_likes(terminal: Terminal, spell: Any) -> None:
    answer = post("terminals/enrol", {"code": spell(code_for(terminal)), "jwk": public(ed25519())})
    assert answer.status_code == 201, answer.content


def test_the_same_again_gets_the_same_answer(terminal: Terminal) -> None:
    body = {"code": code_for(terminal), "jwk": public(ed25519()), "hardware": "Till 3000"}
    first = post("terminals/enrol", body)
    with nothing_changes():
        again = post("terminals/enrol", body)
    assert (again.status_code, again.content) == (201, first.content)
    assert (again["Idempotent-Replayed"], "Idempotent-Replayed" in first) == ("true", False)
    assert Terminal.objects.get(pk=terminal.pk).hardware == "Till 3000"


def test_another_key_is_refused_and_people_hear_of_it(terminal: Terminal) -> None:
    code, key = code_for(terminal), ed25519()
    post("terminals/enrol", {"code": code, "jwk": public(key)})
    for _ in range(2):
        thief = post("terminals/enrol", {"code": code, "jwk": public(ed25519())})
        problem(thief, 409, "enrolment-code-used")
    assert Credential.objects.get(terminal=terminal).thumbprint == key.thumbprint()
    notice = Notice.objects.get()
    assert (notice.kind, notice.cleared_at) == ("enrolment-conflict", None)
    assert Event.objects.filter(type="terminal.attention").count() == 1


def test_a_code_ends_after_15_minutes_even_for_the_same_key(terminal: Terminal) -> None:
    code, key = code_for(terminal), ed25519()
    post("terminals/enrol", {"code": code, "jwk": public(key)})
    later = timezone.now() + timedelta(minutes=15, seconds=1)
    with time_machine.travel(later, tick=False), nothing_changes():
        again = post("terminals/enrol", {"code": code, "jwk": public(key)})
        problem(again, 401, "enrolment-code-invalid")


def test_a_new_code_replaces_the_one_before(terminal: Terminal) -> None:
    old, new = code_for(terminal), code_for(terminal)
    with nothing_changes():
        refused = post("terminals/enrol", {"code": old, "jwk": public(ed25519())})
        problem(refused, 401, "enrolment-code-invalid")
    answer = post("terminals/enrol", {"code": new, "jwk": public(ed25519())})
    assert answer.status_code == 201


@pytest.mark.parametrize("code", ["A" * 24, "A" * 23, "0" * 24, "nonsense", "\u0410" * 24])
def test_a_wrong_code_is_refused(terminal: Terminal, code: str) -> None:
    code_for(terminal)
    with nothing_changes():
        refused = post("terminals/enrol", {"code": code, "jwk": public(ed25519())})
        problem(refused, 401, "enrolment-code-invalid")


@pytest.mark.parametrize(
    "change",
    [
        {"d": "x" * 43},
        {"kty": "RSA"},
        {"crv": "X25519"},
        {"x": "short"},
        {"x": "A" * 42 + "="},
        {"kty": 5},
        {"k": "secret"},
    ],
)
def test_only_public_keys_of_the_two_kinds(terminal: Terminal, change: dict[str, Any]) -> None:
    code = code_for(terminal)
    with nothing_changes():
        refused = post("terminals/enrol", {"code": code, "jwk": public(ed25519()) | change})
        document = problem(refused, 400, "invalid-request")
    assert document["errors"][0]["field"] == "jwk"


def test_numbers_that_are_no_point_are_no_key(terminal: Terminal) -> None:
    code, jwk = code_for(terminal), public(p256())
    with nothing_changes():
        refused = post("terminals/enrol", {"code": code, "jwk": jwk | {"y": jwk["x"]}})
        problem(refused, 400, "invalid-request")


@pytest.mark.parametrize(
    "body", [{}, {"secret": False}, {"secret": True, "jwk": public(ed25519())}, {"jwk": "key"}]
)
def test_either_a_key_or_a_secret(terminal: Terminal, body: dict[str, Any]) -> None:
    code = code_for(terminal)
    with nothing_changes():
        problem(post("terminals/enrol", {"code": code, **body}), 400, "invalid-request")


def test_a_register_that_cannot_sign_gets_a_secret(terminal: Terminal) -> None:
    body, key = {"code": code_for(terminal), "secret": True}, "0042-07-enrol-00001"
    first = post("terminals/enrol", body, **{"Idempotency-Key": key})
    again = post("terminals/enrol", body, **{"Idempotency-Key": key})
    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")
    secret = first.json()["client_secret"]
    assert (secret[:8], first.json()["kid"]) == ("rk_test_", None)
    assert secret not in str(books())


@pytest.mark.parametrize("key", ["", "0042-07-enrol-00002"])
def test_a_secret_is_said_again_to_nobody_else(terminal: Terminal, key: str) -> None:
    body = {"code": code_for(terminal), "secret": True}
    post("terminals/enrol", body, **{"Idempotency-Key": "0042-07-enrol-00001"})
    headers = {"Idempotency-Key": key} if key else {}
    problem(post("terminals/enrol", body, **headers), 409, "enrolment-code-used")


def test_new_hardware_takes_over_when_it_is_first_used(register: Register) -> None:
    old, key = register.token, ed25519()
    body = {"code": code_for(register.terminal), "jwk": public(key)}
    assert post("terminals/enrol", body).status_code == 201
    assert register.get("changes").status_code == 200
    register.token = ask_token(sign(key, str(register.terminal.pk))).json()["access_token"]
    statuses = Credential.objects.order_by("created_at").values_list("status", flat=True)
    assert list(statuses) == ["retiring", "active"]
    register.token = old
    assert register.get("changes").status_code == 200


def test_a_known_key_enrols_no_second_register(register: Register, terminal: Terminal) -> None:
    key = ed25519()
    post("terminals/enrol", {"code": code_for(terminal), "jwk": public(key)})
    code = code_for(register.terminal)
    with nothing_changes():
        refused = post("terminals/enrol", {"code": code, "jwk": public(key)})
        problem(refused, 409, "key-conflict")


def test_the_same_key_may_come_with_a_new_code(terminal: Terminal) -> None:
    key = ed25519()
    for _ in range(2):
        body = {"code": code_for(terminal), "jwk": public(key)}
        assert post("terminals/enrol", body).status_code == 201
    assert Credential.objects.filter(terminal=terminal).count() == 1


@pytest.mark.parametrize("status", [TerminalStatus.SUSPENDED, TerminalStatus.RETIRED])
def test_a_register_out_of_service_is_not_enrolled(
    register: Register, status: TerminalStatus
) -> None:
    code = code_for(register.terminal)
    set_status(register.terminal, status, actor=SETUP, now=timezone.now())
    with nothing_changes():
        refused = post("terminals/enrol", {"code": code, "jwk": public(ed25519())})
        problem(refused, 403, "terminal-not-active")
    with pytest.raises(StaleState):
        code_for(register.terminal)


def test_it_is_told_and_written_down(terminal: Terminal) -> None:
    post("terminals/enrol", {"code": code_for(terminal), "jwk": public(ed25519())})
    trail = AuditEntry.objects.filter(subject_id=str(terminal.pk)).order_by("pk")
    assert list(trail.values_list("action", "actor_kind")) == [
        ("terminal.added", "command"), ("terminal.code_issued", "command"),
        ("terminal.active", "terminal"), ("terminal.enrolled", "terminal"),
    ]  # fmt: skip
    event = Event.objects.get(type="terminal.enrolled")
    assert (event.subject_id, event.store_number) == (str(terminal.pk), "0042")
