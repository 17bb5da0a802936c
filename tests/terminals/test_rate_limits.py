"""Too often is 429 with the seconds to wait, for a register and for an address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.sales.models import Sale
from apps.terminals.models import TerminalProfile
from apps.terminals.services import issue_code
from tests.books import nothing_changes
from tests.terminals.signing import ed25519, public
from tests.world import SETUP, Register, make_register, problem, profile_of, sale_body

SetClock = Callable[[int], None]
KEY = ed25519()
GRANT = "grant_type=client_credentials"


@pytest.fixture
def slow(register: Register, set_clock: SetClock) -> Register:
    """A register that may send one request a second, and three at once."""
    profile = profile_of(register)
    profile.rate_per_second, profile.burst = 1, 3
    profile.save()
    return register


def use_up(register: Register) -> None:
    assert [register.get("changes").status_code for _ in range(3)] == [200, 200, 200]


def late(response: Any, retry_after: str = "1") -> None:
    problem(response, 429, "rate-limited")
    assert response["Retry-After"] == retry_after


def ask_for_token(address: str = "192.0.2.7", **headers: str) -> Any:
    return Client().post(
        "/api/v1/oauth/token",
        GRANT,
        content_type="application/x-www-form-urlencoded",
        REMOTE_ADDR=address,
        headers=headers,
    )


def with_unknown_token() -> Any:
    return Client().get("/api/v1/changes", headers={"Authorization": "Bearer nonsense"})


def enrol(code: str, address: str = "192.0.2.7") -> Any:
    body = {"code": code, "jwk": public(KEY)}
    return Client().post(
        "/api/v1/terminals/enrol", body, content_type="application/json", REMOTE_ADDR=address
    )


def test_the_request_after_the_burst_is_told_when_to_come_again(
    slow: Register, set_clock: SetClock
) -> None:
    use_up(slow)
    late(slow.get("changes"))
    late(slow.get("terminals/self"))
    set_clock(1001)
    assert slow.get("changes").status_code == 200
    late(slow.get("changes"))


def test_registers_of_one_profile_do_not_share(slow: Register) -> None:
    other = make_register(number="04")
    use_up(slow)
    late(slow.get("changes"))
    use_up(other)


def test_a_new_token_is_no_new_bucket(slow: Register) -> None:
    other = make_register(number="04")
    use_up(slow)
    other.token, slow.token = slow.token, other.token
    late(other.get("changes"))
    use_up(slow)


def test_a_refused_sale_has_no_effect_and_its_key_stays_free(
    slow: Register, set_clock: SetClock
) -> None:
    use_up(slow)
    sale = sale_body()
    with nothing_changes():
        late(slow.post("sales", sale, key="the-very-same-key"))
    set_clock(1001)
    response = slow.post("sales", sale, key="the-very-same-key")
    assert (response.status_code, "Idempotent-Replayed" in response) == (201, False)
    assert Sale.objects.count() == 1


def test_it_comes_before_scope_and_body_and_costs_one_statement(
    slow: Register, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    use_up(slow)
    for body in (b"{", b" " * 2_000_000, b'{"card": "4111111111111111"}'):
        with django_assert_num_queries(1):
            late(slow.send("sales", body))
    TerminalProfile.objects.update(scopes=["stock"])
    late(slow.get("changes"))


def test_a_refused_scope_counts_too(slow: Register) -> None:
    TerminalProfile.objects.update(scopes=["stock"])
    for _ in range(3):
        problem(slow.get("changes"), 403, "scope-missing")
    late(slow.get("changes"))


def test_a_profile_without_a_limit_has_none(register: Register) -> None:
    assert profile_of(register).rate_per_second == 0
    assert {register.get("terminals/self").status_code for _ in range(150)} == {200}


def test_token_requests_count_by_address(db: None, settings: Any, set_clock: SetClock) -> None:
    settings.RATE_LIMIT_TOKEN = (1, 2)
    for _ in range(2):
        assert ask_for_token().json()["error"] == "invalid_client"
    with nothing_changes():
        late(ask_for_token())
    assert ask_for_token("192.0.2.8").status_code == 401
    set_clock(1001)
    assert ask_for_token().status_code == 401


def test_an_ipv6_line_is_one_address(db: None, settings: Any, set_clock: SetClock) -> None:
    settings.RATE_LIMIT_TOKEN = (1, 2)
    addresses = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::3"]
    assert [ask_for_token(a).status_code for a in addresses] == [401, 401, 429, 401]


def test_behind_a_proxy_the_address_is_what_the_proxy_says(
    db: None, settings: Any, set_clock: SetClock
) -> None:
    settings.RATE_LIMIT_TOKEN = (1, 1)
    settings.BEHIND_PROXY = True
    told = ["198.51.100.1", "198.51.100.2", "203.0.113.5, 198.51.100.1"]
    answers = [ask_for_token(**{"X-Forwarded-For": one}) for one in told]
    assert [response.status_code for response in answers] == [401, 401, 429]


def test_unknown_tokens_count_by_address_and_known_ones_go_on(
    register: Register, settings: Any, set_clock: SetClock
) -> None:
    settings.RATE_LIMIT_FAILURES = (1, 2)
    for _ in range(2):
        problem(with_unknown_token(), 401, "token-invalid")
    late(with_unknown_token())
    assert register.get("changes").status_code == 200
    assert Client().get("/api/v1/changes").status_code == 401  # none at all is no guess
    set_clock(1001)
    problem(with_unknown_token(), 401, "token-invalid")


def test_after_five_wrong_codes_no_code_is_looked_at(
    register: Register, set_clock: SetClock
) -> None:
    code = issue_code(register.terminal, actor=SETUP, now=timezone.now())
    for _ in range(5):
        problem(enrol("wrong"), 401, "enrolment-code-invalid")
    with nothing_changes():
        late(enrol("wrong"), "180")
        late(enrol(code), "180")
        problem(enrol("wrong", "192.0.2.8"), 401, "enrolment-code-invalid")
    set_clock(1180)
    assert enrol(code).status_code == 201


def test_good_codes_do_not_count(register: Register, set_clock: SetClock) -> None:
    code = issue_code(register.terminal, actor=SETUP, now=timezone.now())
    assert [enrol(code).status_code for _ in range(10)] == [201] * 10


def test_enrolments_count_with_token_requests(db: None, settings: Any, set_clock: SetClock) -> None:
    settings.RATE_LIMIT_TOKEN = (1, 2)
    assert [ask_for_token().status_code, enrol("wrong").status_code] == [401, 401]
    late(enrol("wrong"))
    late(ask_for_token())


def test_registers_go_on_without_valkey(slow: Register, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.RATE_LIMIT_TOKEN = settings.RATE_LIMIT_FAILURES = (1, 1)
    use_up(slow)
    use_up(slow)
    assert [ask_for_token().status_code for _ in range(3)] == [401, 401, 401]
    assert [with_unknown_token().status_code for _ in range(3)] == [401, 401, 401]
