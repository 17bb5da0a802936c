from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Role
from apps.integrations.models import Destination
from apps.integrations.services import add_destination
from tests.admin.conftest import client_of
from tests.integrations.receiver import Receiver
from tests.world import SETUP

Erp = tuple[Destination, str]
Names = Callable[..., list[str]]


@pytest.fixture
def it(db: None) -> Client:
    return client_of(Role.IT_ADMINISTRATOR)


@pytest.fixture
def auditor(db: None) -> Client:
    return client_of(Role.AUDITOR)


@pytest.fixture
def manager(db: None) -> Client:
    return client_of(Role.STORE_MANAGER)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def erp(db: None, receiver: Receiver) -> tuple[Destination, str]:
    """A destination that the receiver stands behind, and its secret."""
    return add_destination(name="ERP", url=receiver.url, actor=SETUP, now=timezone.now())


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """`names("hook.example", ["127.0.0.1"], …)`: where a name leads, at each time it is asked for.

    Gives back the list of names that were asked for, as it grows.
    """
    known: dict[str, list[list[str]]] = {}
    asked: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        if host not in known:
            return real(host, port, *args, **kwargs)
        asked.append(host)
        answers = known[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        kinds = [socket.AF_INET6 if ":" in one else socket.AF_INET for one in addresses]
        return [
            (kind, socket.SOCK_STREAM, 6, "", (one, port))
            for kind, one in zip(kinds, addresses, strict=True)
        ]

    def tell(name: str, *answers: list[str]) -> list[str]:
        known[name] = list(answers)
        return asked

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return tell
