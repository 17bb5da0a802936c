from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django_otp.oath import hotp

from apps.accounts.models import Role, SecondFactor, User
from apps.accounts.services import create_user
from tests.admin.conftest import PASSWORD, client_of

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LOGIN, CODE, SET_UP = "/admin/login/", "/admin/login/code/", "/admin/login/set-up/"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Noon, until it is moved."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def person(db: None) -> User:
    return create_user(username="ines", password=PASSWORD, role=Role.IT_ADMINISTRATOR)


@pytest.fixture
def with_mfa(settings: Any) -> None:
    settings.STAFF_MFA = True
    settings.RATE_LIMITS = False


def code_at(person: User, at: datetime) -> str:
    """What the person's app shows at that moment."""
    key = base64.b32decode(SecondFactor.objects.get(person=person).secret)
    return f"{hotp(key, int(at.timestamp()) // 30):06d}"


def give_password(client: Client, password: str = PASSWORD, username: str = "ines") -> str:
    """What was answered to it: where one is sent on, or the page."""
    answer = client.post(LOGIN, {"username": username, "password": password})
    return answer.get("Location", "")


def set_up(client: Client, person: User, at: datetime) -> list[str]:
    """The first log-in with a second factor; the recovery codes."""
    assert give_password(client) == SET_UP
    client.get(SET_UP)
    page = client.post(SET_UP, {"code": code_at(person, at)})
    codes: list[str] = page.context["codes"]
    return codes


@pytest.fixture
def enrolled(person: User, clock: time_machine.Traveller, with_mfa: None) -> list[str]:
    """Her recovery codes. A minute has gone by since."""
    codes = set_up(Client(), person, NOON)
    clock.shift(timedelta(minutes=1))
    return codes


@pytest.fixture
def it(db: None) -> Client:
    return client_of(Role.IT_ADMINISTRATOR)


@pytest.fixture
def auditor(db: None) -> Client:
    return client_of(Role.AUDITOR)


@pytest.fixture
def as_role(db: None) -> Callable[..., Client]:
    return client_of
