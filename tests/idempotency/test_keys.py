"""The same request twice has one effect and one answer, whatever token it comes with."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.idempotency.models import IdempotentRequest
from apps.idempotency.tasks import prune
from apps.returns.models import CustomerReturn
from apps.terminals.services import issue_secret, issue_token
from tests.books import nothing_changes
from tests.world import SETUP, Register, line, make_register, problem, return_body, sale_body

KEY = "0042-03-261121-0007-a1"
NEED_A_KEY = ["sales", "sales/batch", "returns", "stock/counts"]


def _bodies(register: Register) -> dict[str, Any]:
    return {
        "sales": sale_body(),
        "sales/batch": {"sales": [sale_body()]},
        "returns": return_body(register.sell()),
        "stock/counts": {"sku": "85123A", "counted": "5"},
    }


@pytest.mark.parametrize("path", NEED_A_KEY)
def test_every_post_that_changes_something_needs_a_key(register: Register, path: str) -> None:
    body = _bodies(register)[path]
    with nothing_changes():
        problem(register.post(path, body, key=""), 400, "idempotency-key-missing")
        problem(register.post(path, body, key=" "), 400, "idempotency-key-missing")


@pytest.mark.parametrize("action", ["complete", "void"])
def test_completing_and_voiding_need_a_key(register: Register, action: str) -> None:
    authorized = register.authorize(register.sell())
    with nothing_changes():
        response = register.post(f"returns/{authorized['id']}/{action}", {}, key="")
        problem(response, 400, "idempotency-key-missing")


@pytest.mark.parametrize(
    "key",
    [
        "x" * 15,
        "x" * 256,
        '"' + "x" * 15 + '"',
        '""',
        "with a blank inside",
        "schlüssel-0042-03",
        "tab\tinside-0042-03",
        "bell\x07inside-0042",
    ],
)
def test_a_key_that_is_none_is_refused(register: Register, key: str) -> None:
    with nothing_changes():
        problem(register.post("sales", sale_body(), key=key), 400, "idempotency-key-invalid")


@pytest.mark.parametrize("key", ["x" * 16, "x" * 255, "!~#'()*+,-./:;<=>?@[]^_`{|}"])
def test_visible_ascii_is_a_key(register: Register, key: str) -> None:
    assert register.post("sales", sale_body(), key=key).status_code == 201
    assert IdempotentRequest.objects.get(terminal_id=register.terminal.pk).key == key


def test_quoted_and_bare_are_the_same_key(register: Register) -> None:
    body = sale_body()
    first = register.post("sales", body, key=f'"{KEY}"')
    again = register.post("sales", body, key=KEY)
    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"


def test_a_repeated_return_is_answered_byte_for_byte(register: Register) -> None:
    body = return_body(register.sell(), "2")
    first = register.post("returns", body, key=KEY, **{"X-Request-Id": "first-request"})
    with nothing_changes():
        again = register.post("returns", body, key=KEY, **{"X-Request-Id": "second-request"})
    assert (again.status_code, again.content) == (201, first.content)
    assert again["Content-Type"] == first["Content-Type"] == "application/json"
    assert (again["Idempotent-Replayed"], again["Original-Request-Id"]) == (
        "true",
        "first-request",
    )
    assert again["X-Request-Id"] == "second-request"
    assert "Idempotent-Replayed" not in first
    assert CustomerReturn.objects.count() == 1


def test_a_denied_return_is_repeated_like_any_answer(register: Register) -> None:
    sale = register.sell()
    body = return_body(sale, "7")
    first = register.post("returns", body, key=KEY)
    assert first.json()["decision"] == "denied"
    with nothing_changes():
        assert register.post("returns", body, key=KEY).content == first.content


def test_the_answer_stays_what_it_was_when_the_world_has_moved_on(register: Register) -> None:
    body = return_body(register.sell(), complete=False)
    first = register.post("returns", body, key=KEY)
    register.void(first.json())
    again = register.post("returns", body, key=KEY)
    assert again.json()["status"] == "authorized"
    assert again.content == first.content


def test_order_and_white_space_of_json_do_not_matter(register: Register) -> None:
    body = return_body(register.sell())
    first = register.post("returns", body, key=KEY)
    turned = {name: body[name] for name in reversed(body)}
    raw = json.dumps(turned, indent=3).encode()
    again = register.send("returns", raw, key=KEY)
    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")


def test_the_way_letters_are_written_does_not_matter(register: Register) -> None:
    body = sale_body(customer="Müller")
    first = register.send("sales", json.dumps(body, ensure_ascii=True).encode(), key=KEY)
    again = register.send("sales", json.dumps(body, ensure_ascii=False).encode(), key=KEY)
    assert again.content == first.content


@pytest.mark.parametrize("change", [{"operator": "7"}, {"complete": False}, {"customer": "C-1"}])
def test_another_body_under_the_key_is_refused(register: Register, change: dict[str, Any]) -> None:
    body = return_body(register.sell())
    register.post("returns", body, key=KEY)
    with nothing_changes():
        problem(
            register.post("returns", {**body, **change}, key=KEY), 422, "idempotency-key-reused"
        )


def test_order_of_lines_does_matter(register: Register) -> None:
    lines = [line(1), line(2, sku="B")]
    body = sale_body(lines=lines)
    register.post("sales", body, key=KEY)
    turned = {**body, "lines": lines[::-1]}
    with nothing_changes():
        problem(register.post("sales", turned, key=KEY), 422, "idempotency-key-reused")


def test_another_address_or_query_under_the_key_is_refused(register: Register) -> None:
    authorized = register.authorize(register.sell())
    register.post(f"returns/{authorized['id']}/complete", {}, key=KEY)
    with nothing_changes():
        for path in (
            f"returns/{authorized['id']}/void",
            f"returns/{authorized['id']}/complete?a=1",
        ):
            problem(register.post(path, {}, key=KEY), 422, "idempotency-key-reused")


def test_a_refusal_is_not_stored_and_the_mended_request_works(register: Register) -> None:
    authorized = register.authorize(register.sell(), "2")
    path = f"returns/{authorized['id']}/complete"
    over = {"lines": [{"number": 1, "quantity": "3"}]}
    none = {"lines": [{"number": 1, "quantity": "0"}]}
    problem(register.post(path, over, key=KEY), 409, "quantity-exceeded")
    problem(register.post(path, none, key=KEY), 400, "invalid-request")
    problem(register.post(path, {"goods": 1}, key=KEY), 400, "invalid-request")
    problem(register.post("returns/17/complete", {}, key=KEY), 404, "not-found")
    assert register.post(path, {}, key=KEY).status_code == 200


def test_what_was_forbidden_is_not_stored(register: Register) -> None:
    narrow = make_register(number="04", scopes=["read"])
    body = sale_body()
    problem(narrow.post("sales", body, key=KEY), 403, "scope-missing")
    profile = narrow.terminal.profile
    profile.scopes = ["read", "sales"]
    profile.save()
    narrow.token = _new_token(narrow)
    assert narrow.post("sales", body, key=KEY).status_code == 201


def _new_token(register: Register) -> str:
    client_id = str(register.terminal.pk)
    return issue_token(
        client_id=client_id, client_secret=register.secret, scope="", now=timezone.now()
    ).token


def test_a_key_outlives_the_token_and_the_secret(register: Register) -> None:
    body = return_body(register.sell())
    first = register.post("returns", body, key=KEY)
    register.secret = issue_secret(register.terminal, actor=SETUP, now=timezone.now())
    register.token = _new_token(register)
    with nothing_changes():
        again = register.post("returns", body, key=KEY)
    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")


def test_another_register_has_keys_of_its_own(register: Register) -> None:
    sale, other = register.sell(), make_register(number="04")
    first = register.post("returns", return_body(sale), key=KEY)
    second = other.post("returns", return_body(sale), key=KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]
    assert "Idempotent-Replayed" not in second


def test_the_request_is_kept_with_what_it_made(register: Register) -> None:
    sale = register.sell()
    answer = register.post("returns", return_body(sale), key=KEY, **{"X-Request-Id": "till-03-17"})
    kept = IdempotentRequest.objects.get(key=KEY)
    assert (kept.method, kept.path, kept.status) == ("POST", "/api/v1/returns", 201)
    assert (kept.effect, kept.request_id) == (f"return:{answer.json()['id']}", "till-03-17")
    assert bytes(kept.body) == answer.content


def test_after_30_days_a_key_is_forgotten_and_natural_keys_still_protect(
    register: Register,
) -> None:
    body = sale_body()
    register.post("sales", body, key=KEY)
    register.post("sales", sale_body())
    old = timezone.now() - timedelta(days=30, seconds=1)
    IdempotentRequest.objects.filter(key=KEY).update(created_at=old)
    prune()
    assert IdempotentRequest.objects.count() == 1
    again = register.post("sales", body, key=KEY)
    assert (again.status_code, "Idempotent-Replayed" in again) == (200, False)
