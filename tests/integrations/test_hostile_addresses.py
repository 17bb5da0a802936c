"""A hundred ways to name what lies inside; through none of them is anything inside ever reached.

Something listens on this machine and counts whoever comes. Every address, every name and every
redirect below would lead there, or further inside, if it were followed.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from apps.common.ids import uuid7
from apps.events.services import place_events
from apps.integrations.gateways import outside
from apps.integrations.gateways.base import Message, Target
from apps.integrations.gateways.webhook import Webhook
from apps.integrations.models import Delivery, Destination
from apps.integrations.policy.answers import RETRY
from apps.integrations.services import deliver_due, fan_out
from tests.integrations.conftest import Erp, Names
from tests.integrations.hostile import ADDRESSES, REDIRECTS, WHERE_NAMES_LEAD
from tests.integrations.receiver import Manners, Receiver
from tests.integrations.test_sending import certificate_for
from tests.world import Register

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PUBLIC = "93.184.215.14"
_connect = socket.create_connection
# A resolver that is asked for nonsense may also take its time.
UNTRIED = ("not-sent", "not-public", "unknown-host", "timed-out")


@pytest.fixture(autouse=True)
def some_are_allowed(settings: Any) -> None:
    """An allow-list only ever adds: what is refused with one is refused without."""
    settings.ALLOWED_NETWORKS = [
        *("10.20.0.0/16", "192.168.77.0/24:443", "[fd77::/48]:443", "172.20.5.5"),
        *("erp.example.internal", "localhost", "localhost.localdomain"),
    ]


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The IP addresses that a connection was tried to, as they come."""
    addresses: list[str] = []

    def note(address: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
        addresses.append(address[0])
        return _connect(address, *args, **kwargs)

    monkeypatch.setattr(socket, "create_connection", note)
    return addresses


@pytest.fixture
def shop(
    tmp_path: Path, names: Names, monkeypatch: pytest.MonkeyPatch, tried: list[str]
) -> Iterator[Receiver]:
    """A receiver in the public internet: hook.example leads to it, with a certificate."""
    file = certificate_for("hook.example", tmp_path)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(file)
    trusting = ssl.create_default_context(cafile=str(file))
    monkeypatch.setattr(outside, "tls_context", lambda: trusting)
    names("hook.example", [PUBLIC])
    noted = socket.create_connection
    with Receiver(tls=serving) as public:

        def route(address: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
            if address[0] != PUBLIC:
                return noted(address, *args, **kwargs)
            tried.append(PUBLIC)
            return _connect(("127.0.0.1", public.port), *args, **kwargs)

        monkeypatch.setattr(socket, "create_connection", route)
        yield public


@pytest.fixture
def keys(settings: Any) -> None:
    """Those of development exist in development only."""
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]


def call(url: str) -> tuple[str, str]:
    """(kind of outcome, cause) of a delivery to this address by an installation in production."""
    target = Target("ERP", url, 5.0, False, frozenset(), secrets=("whsec_" + "A" * 32,))
    message = Message(uuid7(), "return.completed", "return:1", 1, NOW, {"id": "1"})
    (outcome,) = Webhook().deliver([message], target, now=NOW).outcomes
    return outcome.kind, outcome.cause


def test_there_are_a_hundred_of_them() -> None:
    assert len(set(ADDRESSES)) == len(ADDRESSES)
    assert len(ADDRESSES) >= 100
    assert len(REDIRECTS) + len(WHERE_NAMES_LEAD) >= 30


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_inside_is_not_reached(receiver: Receiver, tried: list[str], url: str) -> None:
    kind, cause = call(url.replace("PORT", str(receiver.port)))

    assert kind == RETRY
    assert cause in UNTRIED
    assert (tried, receiver.connections) == ([], 0)


@pytest.mark.parametrize("answer", WHERE_NAMES_LEAD, ids=",".join)
def test_a_name_that_leads_inside_is_not_followed(
    receiver: Receiver, tried: list[str], names: Names, answer: list[str]
) -> None:
    names("hook.example", answer)

    assert call(f"https://hook.example:{receiver.port}/") == (RETRY, "not-public")
    assert (tried, receiver.connections) == ([], 0)


def test_a_name_that_leads_inside_at_the_second_look_is_looked_up_once_a_call(
    receiver: Receiver, shop: Receiver, tried: list[str], names: Names
) -> None:
    asked = names("hook.example", [PUBLIC], ["127.0.0.1"])

    assert call(f"https://hook.example:{receiver.port}/")[0] == "ok"
    assert call(f"https://hook.example:{receiver.port}/") == (RETRY, "not-public")

    assert (asked, tried) == (["hook.example"] * 2, [PUBLIC])
    assert (len(shop.received), receiver.connections) == (1, 0)


@pytest.mark.parametrize("status", [201, 301, 302, 303, 305, 307, 308])
@pytest.mark.parametrize("to", REDIRECTS)
def test_a_redirect_inside_is_not_followed(
    receiver: Receiver, shop: Receiver, tried: list[str], status: int, to: str
) -> None:
    there = to.replace("PORT", str(receiver.port))
    headers = {"Location": there, "Refresh": f"0; url={there}", "Alt-Svc": 'h2="127.0.0.1:80"'}
    shop.manners = Manners(status=status, headers=headers)

    kind, _cause = call("https://hook.example/")

    assert kind == ("ok" if status == 201 else RETRY)
    assert (tried, len(shop.received), receiver.connections) == ([PUBLIC], 1, 0)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy"])
def test_a_proxy_of_the_environment_is_not_used(
    receiver: Receiver, shop: Receiver, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv(name, f"http://127.0.0.1:{receiver.port}")

    assert call("https://hook.example/")[0] == "ok"
    assert (len(shop.received), receiver.connections) == (1, 0)


def test_another_name_than_that_of_the_certificate_is_not_trusted(
    shop: Receiver, names: Names
) -> None:
    """Whoever turns a name our way still has to prove that he is it."""
    names("other.example", [PUBLIC])

    assert call("https://other.example/") == (RETRY, "no-trust")
    assert shop.received == []


def test_the_engine_in_production_calls_nothing_inside(
    register: Register, keys: None, erp: Erp, receiver: Receiver, settings: Any
) -> None:
    place_events()
    fan_out(now=timezone.now())
    Destination.objects.update(url=f"https://127.0.0.1:{receiver.port}/")
    register.sell()
    place_events()
    fan_out(now=timezone.now())
    settings.DEVELOPMENT = False

    deliver_due(erp[0].pk, 1, clock=timezone.now)

    assert set(Delivery.objects.values_list("status", "cause")) == {("pending", "not-public")}
    assert receiver.connections == 0


def test_the_listener_inside_would_have_noticed(receiver: Receiver) -> None:
    """Without the guard the same call gets through: what the others count is real."""
    target = Target("ERP", receiver.url, 5.0, False, frozenset(), secrets=("whsec_" + "A" * 32,))
    message = Message(uuid7(), "return.completed", "return:1", 1, NOW, {"id": "1"})

    Webhook().deliver([message], replace(target, loopback=True), now=NOW)

    assert receiver.connections == 1
