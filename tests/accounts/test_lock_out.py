"""Ten failures shut the door: to the account from everywhere, to the address for every account."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.accounts.models import LoginTries, User
from apps.audit.models import AuditEntry
from tests.accounts.conftest import CODE, LOGIN, code_at, give_password
from tests.admin.helpers import act, actions, text_of
from tests.threads import together


@pytest.fixture(autouse=True)
def no_rate_limit(settings: Any) -> None:
    settings.RATE_LIMITS = False


def fail(n: int, *, address: str = "192.0.2.7", username: str = "ines") -> Client:
    client = Client(REMOTE_ADDR=address)
    for _ in range(n):
        assert give_password(client, "wrong", username) == ""
    return client


def test_the_eleventh_right_password_is_refused(person: User) -> None:
    client = fail(10)

    assert give_password(client) == ""
    assert actions().count("user.locked") == 1


def test_nine_are_forgiven_and_forgotten(person: User) -> None:
    assert give_password(fail(9)) == "/admin/"
    assert give_password(fail(9)) == ""  # the address has seen eighteen
    assert give_password(Client(REMOTE_ADDR="192.0.2.8")) == "/admin/"


def test_from_other_addresses_too(person: User) -> None:
    for host in range(10):
        fail(1, address=f"192.0.2.{host}")

    assert give_password(Client(REMOTE_ADDR="198.51.100.1")) == ""


def test_an_address_is_shut_for_every_account(person: User) -> None:
    client = fail(10, username="nobody")

    assert give_password(client) == ""
    assert give_password(Client(REMOTE_ADDR="192.0.2.8")) == "/admin/"
    assert AuditEntry.objects.get(action="address.locked").subject_id == "192.0.2.7"


def test_the_answer_does_not_tell_whether_there_is_such_an_account(person: User) -> None:
    def said(client: Client, username: str) -> str:
        return text_of(client.post(LOGIN, {"username": username, "password": "x"}))

    known, unknown = (fail(10, address=a) for a in ("192.0.2.7", "192.0.2.9"))
    fresh = Client(REMOTE_ADDR="192.0.2.11")

    assert said(known, "ines") == said(unknown, "nobody") == said(fresh, "nobody")


def test_it_opens_by_itself_after_half_an_hour(person: User, clock: time_machine.Traveller) -> None:
    client = fail(10)
    clock.shift(timedelta(minutes=29))
    assert give_password(client) == ""

    clock.shift(timedelta(minutes=1))

    assert give_password(client) == "/admin/"


def test_an_administrator_opens_it_before(person: User, it: Client) -> None:
    for host in range(10):
        fail(1, address=f"192.0.2.{host}")

    it.post(act(person, "unlock"))

    assert give_password(Client(REMOTE_ADDR="198.51.100.1")) == "/admin/"
    assert "user.unlocked" in actions()


def test_an_administrator_opens_an_address(person: User, it: Client) -> None:
    client = fail(10, username="nobody")

    it.post(act(LoginTries.objects.get(by="address", key="192.0.2.7"), "open"))

    assert give_password(client) == "/admin/"
    assert "address.unlocked" in actions()


def test_wrong_codes_count_as_well(person: User, enrolled: list[str]) -> None:
    client = Client()
    give_password(client)
    for _ in range(10):
        client.post(CODE, {"code": "000000"})

    later = LoginTries.objects.get(by="account").began_at
    assert client.post(CODE, {"code": code_at(person, later)}).status_code == 200
    assert "user.locked" in actions()


def test_a_right_password_in_between_does_not_help_to_guess_codes(
    person: User, enrolled: list[str]
) -> None:
    client = Client()
    for _ in range(10):
        give_password(client)
        client.post(CODE, {"code": "000000"})

    assert give_password(client) == ""


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_all_counted(person: User, settings: Any) -> None:
    def attempt(host: int) -> str:
        return give_password(Client(REMOTE_ADDR=f"192.0.2.{host}"), "wrong")

    together([partial(attempt, host) for host in range(12)])

    assert give_password(Client(REMOTE_ADDR="198.51.100.1")) == ""
    assert actions().count("user.locked") == 1


def test_log_ins_are_slowed_down(client: Client, person: User, settings: Any) -> None:
    settings.RATE_LIMITS, settings.RATE_LIMIT_LOGIN = True, (1, 3)

    said = [
        text_of(client.post(LOGIN, {"username": "ines", "password": "wrong"})) for _ in range(4)
    ]

    assert ["Too many attempts" in text for text in said] == [False, False, False, True]
    assert LoginTries.objects.get(by="account").failures == 3
