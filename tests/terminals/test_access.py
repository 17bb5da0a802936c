"""Who may call what: decided anew on every request, and nothing is open that does not say so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from rest_framework.views import APIView

from apps.common.permissions import HasScope
from apps.common.views import RegisterView
from apps.terminals.models import Credential, TerminalSeen
from apps.terminals.services import revoke_credential, set_status
from apps.terminals.states import Scope, TerminalStatus
from tests.books import nothing_changes
from tests.routes import every_route
from tests.world import SETUP, Register, make_register, problem, sale_body

# Where no register has to say who it is.
OPEN = {"token", "terminal-enrol", "inbound-shopify", "schema", "docs"}
ID = "01932f6e-0000-7000-8000-000000000000"


def _api() -> list[tuple[str, str, type[APIView]]]:
    """(address, name, view) of everything below /api/."""
    return [
        (address, str(pattern.name), vars(pattern.callback)["view_class"])
        for address, pattern in every_route()
        if address.startswith("api/")
    ]


CLOSED = [
    (f"/{address}".replace("<uuid:return_id>", ID).replace("<str:receipt_number>", "T-1"), method)
    for address, name, view in _api()
    if name not in OPEN
    for method in view.scopes  # type: ignore[attr-defined]
]


def test_every_address_says_who_may_call_it() -> None:
    for address, name, view in _api():
        if name in OPEN:
            continue
        assert issubclass(view, RegisterView), address
        assert view.permission_classes == [HasScope], address
        handlers = {m.upper() for m in view.http_method_names if hasattr(view, m)}
        assert set(view.scopes) == handlers, address
        assert set(view.scopes.values()) <= set(Scope.values), address


def test_only_the_token_and_the_description_are_open() -> None:
    assert {name for _, name, view in _api() if not issubclass(view, RegisterView)} == OPEN
    assert len(CLOSED) >= 15


def _call(register: Register, address: str, method: str) -> Any:
    headers = register._headers({"Idempotency-Key": "0042-03-261121-0007-a1"})
    return register.client.generic(
        method, address, b"{}", content_type="application/json", headers=headers
    )


@pytest.mark.parametrize(("address", "method"), CLOSED)
def test_without_its_scope_an_address_is_closed(db: None, address: str, method: str) -> None:
    view = next(v for a, _, v in _api() if _filled(a) == address)
    needed = view.scopes[method]  # type: ignore[attr-defined]
    register = make_register(scopes=[str(s) for s in Scope if s != needed])
    register.get("changes")
    with nothing_changes():
        document = problem(_call(register, address, method), 403, "scope-missing")
    assert needed in document["detail"]


def _filled(address: str) -> str:
    return f"/{address}".replace("<uuid:return_id>", ID).replace("<str:receipt_number>", "T-1")


@pytest.mark.parametrize(("address", "method"), CLOSED)
def test_without_a_token_an_address_is_closed(
    register: Register, address: str, method: str
) -> None:
    with nothing_changes():
        client = Client(raise_request_exception=False)
        response = client.generic(method, address, b"{}", content_type="application/json")
        problem(response, 401, "token-missing")
        assert response["WWW-Authenticate"] == 'Bearer realm="api"'
        register.token = "A" * 43
        response = _call(register, address, method)
        problem(response, 401, "token-invalid")
        assert response["WWW-Authenticate"].startswith('Bearer realm="api", error="invalid_token"')


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Token abc", "bearer\t"])
def test_a_header_without_a_token_is_none(db: None, header: str) -> None:
    response = Client().get("/api/v1/changes", headers={"Authorization": header})
    problem(response, 401, "token-missing")


def test_the_scheme_is_written_as_one_likes(register: Register) -> None:
    headers = {"Authorization": f"bEARER  {register.token}"}
    assert Client().get("/api/v1/changes", headers=headers).status_code == 200


def test_a_token_ends_after_15_minutes(register: Register) -> None:
    now = timezone.now()
    with time_machine.travel(now + timedelta(minutes=14, seconds=59), tick=False):
        assert register.get("changes").status_code == 200
    with time_machine.travel(now + timedelta(minutes=15, seconds=1), tick=False), nothing_changes():
        problem(register.post("sales", sale_body()), 401, "token-expired")


def test_a_revoked_credential_is_refused_on_the_next_request(register: Register) -> None:
    assert register.get("changes").status_code == 200
    revoke_credential(Credential.objects.get(), actor=SETUP, now=timezone.now())
    with nothing_changes():
        problem(register.post("sales", sale_body()), 401, "token-invalid")


@pytest.mark.parametrize("status", [TerminalStatus.SUSPENDED, TerminalStatus.RETIRED])
def test_a_register_that_is_not_active_is_refused_on_the_next_request(
    register: Register, status: TerminalStatus
) -> None:
    assert register.get("changes").status_code == 200
    set_status(register.terminal, status, actor=SETUP, now=timezone.now())
    with nothing_changes():
        problem(register.post("sales", sale_body()), 403, "terminal-not-active")


def test_a_suspended_register_goes_on_when_it_is_activated(register: Register) -> None:
    set_status(register.terminal, TerminalStatus.SUSPENDED, actor=SETUP, now=timezone.now())
    set_status(register.terminal, TerminalStatus.ACTIVE, actor=SETUP, now=timezone.now())
    assert register.get("changes").status_code == 200


def test_a_narrowed_profile_counts_on_the_next_request(register: Register) -> None:
    profile = register.terminal.profile
    profile.scopes = [Scope.READ]
    profile.save()
    assert register.get("changes").status_code == 200
    with nothing_changes():
        problem(register.post("sales", sale_body()), 403, "scope-missing")


def test_a_wider_profile_does_not_widen_a_token(db: None) -> None:
    register = make_register(scopes=["read"])
    profile = register.terminal.profile
    profile.scopes = ["read", "sales"]
    profile.save()
    problem(register.post("sales", sale_body()), 403, "scope-missing")


def test_a_register_sees_its_own_settings(register: Register) -> None:
    shown = register.get("terminals/self").json()
    assert shown.pop("server_time").endswith("Z")
    assert shown.pop("stream_url")
    credential = Credential.objects.get()
    assert shown.pop("credential").items() >= {"id": str(credential.pk), "kind": "secret"}.items()
    assert [one["channel"] for one in shown.pop("policies")] == ["store", "online", "phone"]
    assert shown == {
        "id": str(register.terminal.pk), "number": "03", "store": "0042", "timezone": "Europe/Berlin",
        "data_ages": {"sale_received_at": None, "stock_told_at": None},
        "currency": "EUR", "rotate_by": None, "scopes": ["offline", "read", "returns", "sales", "self", "stock"],
    }  # fmt: skip


def test_a_register_is_seen_at_most_once_a_minute(register: Register) -> None:
    agent = {"User-Agent": "till/1.2"}
    register.post("sales", sale_body(), **agent)
    seen = TerminalSeen.objects.get()
    assert (seen.terminal_id, seen.ip, seen.software_version) == (
        register.terminal.pk,
        "127.0.0.1",
        "till/1.2",
    )
    register.post("sales", sale_body(), **{"User-Agent": "till/1.3"})
    assert TerminalSeen.objects.get().last_seen_at == seen.last_seen_at
    TerminalSeen.objects.update(last_seen_at=timezone.now() - timedelta(seconds=61))
    register.post("sales", sale_body(), **{"User-Agent": "till/1.3"})
    assert TerminalSeen.objects.get().software_version == "till/1.3"
