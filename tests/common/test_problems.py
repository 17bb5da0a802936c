"""The catalogue of problems: whole, reachable, and the same everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from apps.common import errors
from apps.common.errors import Refusal
from apps.common.problems import PROBLEMS, exception_handler
from apps.events.models import FeedHead
from apps.terminals.models import AccessToken
from apps.terminals.services import set_status
from apps.terminals.states import TerminalStatus
from tests.world import (
    SETUP,
    Register,
    make_approver,
    make_register,
    problem,
    publish_policy,
    return_body,
    sale_body,
    to_bytes,
)

# Kinds of refusal: only what derives from them is raised, each with a code of its own.
KINDS = {"refused", "not-allowed", "unprocessable", "busy"}
NOT_FROM_A_REGISTER = {
    "request-malformed": "before any view: tests/common/test_unreadable.py",
    "conflict": "a kind; what registers meet has a code of its own",
    "state-changed": "two people in the admin at once",
    "rate-limited": "tests/terminals/test_rate_limits.py",
    "signature-invalid": "tests/integrations/inward: signed webhooks of web shops",
    "assertion-clock": "tests/terminals/test_assertion.py",
    "enrolment-code-invalid": "tests/terminals/test_enrolment.py",
    "enrolment-code-used": "tests/terminals/test_enrolment.py",
    "key-conflict": "tests/terminals/test_rotation.py",
    "rotation-in-progress": "tests/terminals/test_rotation.py",
    "idempotency-in-progress": "tests/idempotency/test_concurrency.py",
    "service-unavailable": "test_a_database_that_keeps_us_waiting_answers_503, below",
    "internal-error": "test_our_own_mistakes_say_nothing_of_themselves, below",
}


def _no_token(register: Register) -> Any:
    return Client().get("/api/v1/changes")


def _wrong_token(register: Register) -> Any:
    return Client().get("/api/v1/changes", headers={"Authorization": "Bearer nonsense"})


def _expired_token(register: Register) -> Any:
    AccessToken.objects.update(expires_at=timezone.now())
    return register.get("changes")


def _suspended(register: Register) -> Any:
    set_status(register.terminal, TerminalStatus.SUSPENDED, actor=SETUP, now=timezone.now())
    return register.get("changes")


FORM = "application/x-www-form-urlencoded"


def _form(register: Register, **changes: str) -> Any:
    fields = {
        "grant_type": "client_credentials", "client_id": str(register.terminal.pk),
        "client_secret": register.secret, **changes,
    }  # fmt: skip
    body = "&".join(f"{name}={value}" for name, value in fields.items())
    return Client().post("/api/v1/oauth/token", body, content_type=FORM)


def _same_receipt(register: Register) -> Any:
    sale = register.sell()
    return register.post("sales", {**sale, "customer": "C-2"})


def _key_reused(register: Register) -> Any:
    register.post("sales", sale_body(), key="the-very-same-key")
    return register.post("sales", sale_body(), key="the-very-same-key")


def _twice_completed(register: Register) -> Any:
    authorized = register.authorize(register.sell())
    register.complete(authorized)
    return register.complete(authorized)


def _more_than_authorized(register: Register) -> Any:
    authorized = register.authorize(register.sell())
    return register.complete(authorized, {"number": 1, "quantity": "2"})


def _worse_than_promised(register: Register) -> Any:
    rows = [{"condition": "damaged", "accept": "deny"}]
    publish_policy(rules={"conditions": {"rows": rows}})
    authorized = register.authorize(register.sell())
    return register.complete(authorized, {"number": 1, "condition": "damaged"})


def _other_epoch(register: Register) -> Any:
    cursor = register.get("changes").json()["next"]
    FeedHead.objects.update(epoch="00000000-0000-4000-8000-000000000000")
    return register.get("changes", after=cursor)


def _narrow(register: Register) -> Any:
    return make_register(number="77", scopes=["read"]).post("sales", sale_body())


def _own_return(register: Register) -> Any:
    make_approver("1042")
    return register.override(register.wait(), approver="1042")


def _beyond_level(register: Register) -> Any:
    make_approver(most=1)
    return register.override(register.wait())


def _elsewhere(register: Register) -> Any:
    make_approver(most=1000).stores.clear()
    return register.override(register.wait())


def _locked(register: Register) -> Any:
    make_approver()
    waiting = register.wait()
    for _ in range(5):
        register.override(waiting, pin="000000")
    return register.override(waiting)


def _not_waiting(register: Register) -> Any:
    make_approver()
    return register.override(register.authorize(register.sell()))


PRODUCERS: dict[str, Callable[[Register], Any]] = {
    "malformed-json": lambda r: r.send("sales", b"{"),
    "duplicate-key": lambda r: r.send("sales", b'{"total": 1, "total": 2}'),
    "invalid-request": lambda r: r.post("sales", {}),
    "numbers-do-not-add-up": lambda r: r.post("sales", sale_body(total=1)),
    "idempotency-key-missing": lambda r: r.post("sales", sale_body(), key=""),
    "idempotency-key-invalid": lambda r: r.post("sales", sale_body(), key="short"),
    "cursor-invalid": lambda r: r.get("changes", after="nonsense"),
    "invalid-client": lambda r: _form(r, client_secret="wrong"),
    "unsupported-grant-type": lambda r: _form(r, grant_type="password"),
    "invalid-scope": lambda r: _form(r, scope="backdate"),
    "token-missing": _no_token,
    "token-invalid": _wrong_token,
    "token-expired": _expired_token,
    "scope-missing": _narrow,
    "terminal-not-active": _suspended,
    "foreign-store": lambda r: r.post("sales", sale_body(store="0043")),
    "not-found": lambda r: r.get("sales/T-nothing"),
    "method-not-allowed": lambda r: r.client.put("/api/v1/sales", headers=r._headers()),
    "not-acceptable": lambda r: r.client.get(
        "/api/v1/changes", headers=r._headers({"Accept": "text/html"})
    ),
    "approval-refused": lambda r: r.override(r.wait(), approver="9999"),
    "approver-locked": _locked,
    "approver-is-operator": _own_return,
    "approver-not-here": _elsewhere,
    "approval-limit-exceeded": _beyond_level,
    "return-not-waiting": _not_waiting,
    "return-not-authorized": _twice_completed,
    "return-not-voidable": lambda r: r.void(r.take_back(r.sell()).json()),
    "condition-refused": _worse_than_promised,
    "quantity-exceeded": _more_than_authorized,
    "sale-conflict": _same_receipt,
    "cursor-expired": _other_epoch,
    "body-too-large": lambda r: r.send("sales", b" " * 1_048_577),
    "unsupported-media-type": lambda r: r.send("sales", b"<x/>", content_type="text/xml"),
    "idempotency-key-reused": _key_reused,
    "card-data-refused": lambda r: r.post("sales", sale_body(customer="4111111111111111")),
}


@pytest.mark.parametrize("code", PRODUCERS)
def test_a_problem_is_whole_and_has_the_status_of_the_catalogue(
    register: Register, code: str
) -> None:
    response = PRODUCERS[code](register)
    oauth = code in ("invalid-client", "unsupported-grant-type", "invalid-scope")
    media_type = "application/json" if oauth else "application/problem+json"  # RFC 6749 5.2
    document = problem(response, PROBLEMS[code].status, code, media_type=media_type)
    assert document["title"] == PROBLEMS[code].title
    assert document["type"] == f"http://127.0.0.1:8000/problems/{code}"
    assert (response.status_code == 401) == ("WWW-Authenticate" in response)


def test_every_problem_is_produced_here_or_has_a_reason_why_not() -> None:
    assert set(PRODUCERS) | set(NOT_FROM_A_REGISTER) == set(PROBLEMS)
    assert not set(PRODUCERS) & set(NOT_FROM_A_REGISTER)


@pytest.mark.parametrize("code", PROBLEMS)
def test_every_type_leads_to_a_page(client: Client, db: None, code: str) -> None:
    response = client.get(f"/problems/{code}")
    assert response.status_code == 200
    assert escape(PROBLEMS[code].title) in response.content.decode()


def _refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _refusals(narrower)


def test_every_refusal_has_its_place_in_the_catalogue() -> None:
    codes = {refusal.code for refusal in _refusals()}
    assert codes - set(PROBLEMS) == KINDS


def test_a_kind_of_refusal_is_never_raised_by_itself() -> None:
    kinds = [name for name, kind in vars(errors).items() if getattr(kind, "code", "") in KINDS]
    raised = re.compile(rf"\b(?:{'|'.join(kinds)})\(\s*[f\"']")
    sources = Path(settings.BASE_DIR, "apps").rglob("*.py")
    assert len(kinds) == 4
    assert [path.name for path in sources if raised.search(path.read_text())] == []


def test_a_problem_names_its_request(register: Register) -> None:
    response = register.post("sales", {}, **{"X-Request-Id": "till-03-request-17"})
    assert problem(response, 400, "invalid-request")["request_id"] == "till-03-request-17"


def test_an_unusable_request_id_is_replaced(register: Register) -> None:
    response = register.post("sales", {}, **{"X-Request-Id": "a b<script>"})
    assert len(problem(response, 400, "invalid-request")["request_id"]) == 36


def test_errors_name_every_field_by_its_place(register: Register) -> None:
    body = sale_body()
    body["lines"][0] |= {"quantity": 6, "total": "1530", "taxes": [{"code": "VAT"}]}
    body["tenders"].append({"number": 2, "kind": "shells", "amount": 1})
    document = problem(register.post("sales", body), 400, "invalid-request")
    assert [(e["field"], e["code"]) for e in document["errors"]] == [
        ("lines[0].quantity", "wrong-type"),
        ("lines[0].taxes[0].rate", "required"),
        ("lines[0].taxes[0].amount", "required"),
        ("lines[0].total", "wrong-type"),
        ("tenders[1].kind", "wrong-type"),
    ]


def test_a_code_is_no_html_page_below_api(register: Register) -> None:
    response = Client().get("/api/v2/returns")
    problem(response, 404, "not-found")
    assert Client().get("/elsewhere").status_code == 404


def test_our_own_mistakes_say_nothing_of_themselves(caplog: pytest.LogCaptureFixture) -> None:
    request = Mock(request_id="till-03-request-17")
    response = exception_handler(RuntimeError("secret of the house"), {"request": request})
    assert (response.status_code, response.data["code"]) == (500, "internal-error")
    assert "secret of the house" not in str(response.data)
    assert "secret of the house" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_database_that_keeps_us_waiting_answers_503(caplog: pytest.LogCaptureFixture) -> None:
    register = make_register()
    sale, key = register.sell(), "0042-03-261121-0007-a1"
    other = connections.create_connection("default")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM sales_sale FOR UPDATE")
        response = register.post("returns", return_body(sale), key=key)
        problem(response, 503, "service-unavailable")
        assert response["Retry-After"] == "2"
    finally:
        other.close()
        connection.close()
    assert register.post("returns", return_body(sale), key=key).status_code == 201


def test_the_bytes_are_utf8(register: Register) -> None:
    response = register.send("sales", to_bytes({"ü": 1}))
    assert "ü" in response.content.decode("utf-8")
