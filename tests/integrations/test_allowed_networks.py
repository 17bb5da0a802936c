"""What an operator allows to be called inside, and that it opens nothing else."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from apps.integrations.gateways import outside
from apps.integrations.policy import may_call
from apps.integrations.policy.allowed import METADATA, BadEntry, read_allowed
from tests.integrations.conftest import Names
from tests.integrations.receiver import Manners, Receiver
from tests.integrations.test_hostile_addresses import call
from tests.integrations.test_sending import certificate_for

WIDEST = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"]


def calls(entry: str, address: str, host: str = "erp.example.internal", port: int = 443) -> bool:
    return may_call(address, loopback=False, host=host, port=port, allowed=read_allowed([entry]))


@pytest.fixture
def erp_inside(tmp_path: Path, names: Names, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A server inside: erp.example.internal leads to it, with a certificate."""
    file = certificate_for("erp.example.internal", tmp_path)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(file)
    trusting = ssl.create_default_context(cafile=str(file))
    monkeypatch.setattr(outside, "tls_context", lambda: trusting)
    names("erp.example.internal", ["127.0.0.1"])
    with Receiver(tls=serving) as server:
        yield server


@pytest.mark.parametrize(
    ("entry", "address", "port"),
    [
        ("10.20.0.0/16", "10.20.255.254", 22),
        ("10.20.0.0/16:443", "::ffff:10.20.0.1", 443),
        ("10.20.0.7:8443", "10.20.0.7", 8443),
        ("fd12::/48", "fd12::7", 443),
        ("[fd12::/48]:443", "fd12::7", 443),
        ("erp.example.internal", "192.168.1.5", 8443),
        ("ERP.example.internal.:443", "fd12::7", 443),
        ("127.0.0.1:9000", "127.0.0.1", 9000),
        ("169.254.169.254", "169.254.169.254", 80),
        ("::1", "::1", 443),
    ],
)
def test_what_is_named_is_called(entry: str, address: str, port: int) -> None:
    assert calls(entry, address, port=port)


@pytest.mark.parametrize(
    ("entry", "address", "port"),
    [
        ("10.20.0.0/16", "10.21.0.1", 443),
        ("10.20.0.0/16:443", "10.20.0.1", 22),
        ("10.20.0.7:8443", "10.20.0.8", 8443),
        ("fd12::/48", "fd13::1", 443),
        ("10.20.0.0/16", "2002:a14:1::", 443),
        ("10.20.0.0/16", "64:ff9b::a14:1", 443),
        ("erp.example.internal:443", "10.20.0.1", 22),
        ("other.example.internal", "10.20.0.1", 443),
        ("example.internal", "10.20.0.1", 443),
        ("erp.example.internal", "127.0.0.1", 443),
        ("erp.example.internal", "::1", 443),
        ("erp.example.internal", "169.254.1.1", 443),
        ("erp.example.internal", "fe80::1", 443),
        ("erp.example.internal", "0.0.0.0", 443),
        ("erp.example.internal", "224.0.0.1", 443),
        ("127.0.0.1:9000", "127.0.0.2", 9000),
    ],
)
def test_what_is_beside_it_is_not(entry: str, address: str, port: int) -> None:
    assert not calls(entry, address, port=port)


@pytest.mark.parametrize("metadata", sorted(map(str, METADATA)))
def test_what_clouds_tell_takes_its_exact_address(metadata: str) -> None:
    for entry in [*WIDEST, "erp.example.internal"]:
        assert not calls(entry, metadata)
    assert not may_call(metadata, loopback=True)
    assert calls(metadata, metadata)


def test_the_widest_list_opens_neither_this_machine_nor_the_link() -> None:
    allowed = read_allowed(WIDEST)
    for address in ("127.0.0.1", "::1", "0.0.0.0", "::", "169.254.0.1", "fe80::1", "224.0.0.1",
                    "192.0.2.1", "198.18.0.1", "::ffff:127.0.0.1", "2002:a00:1::"):  # fmt: skip
        assert not may_call(address, loopback=False, host="a", port=443, allowed=allowed)


@pytest.mark.parametrize(
    "entry",
    [
        *("0.0.0.0/0", "::/0", "10.0.0.0/7", "127.0.0.0/8", "169.254.0.0/16", "fe80::/10"),
        *("224.0.0.1", "0.0.0.0", "::", "255.255.255.255", "::ffff:10.0.0.1", "8.8.8.0/24"),
        *("10.20.0.1/16", "10.20.0.256", "10.20.0.7:0", "10.20.0.7:65536", "https://erp.example"),
        *("*.example.internal", "erp example", "[fd12::/48", "erp.example/24", "2130706433"),
    ],
)
def test_an_entry_that_allows_too_much_or_is_none_stops_the_start(
    entry: str, settings: Any
) -> None:
    with pytest.raises(BadEntry):
        read_allowed([entry])
    settings.ALLOWED_NETWORKS = [entry]
    with pytest.raises(ImproperlyConfigured, match=r"^ALLOWED_NETWORKS: “"):
        apps.get_app_config("integrations").ready()


def test_nothing_is_allowed_without_being_named() -> None:
    assert read_allowed(["", " "]) == ()


def test_a_server_inside_is_called_by_its_name(erp_inside: Receiver, settings: Any) -> None:
    address = f"https://erp.example.internal:{erp_inside.port}/"
    assert call(address)[1] == "not-public"
    settings.ALLOWED_NETWORKS = [f"127.0.0.1:{erp_inside.port}"]
    assert call(address)[0] == "ok"
    assert erp_inside.connections == 1


def test_one_address_beside_the_list_refuses_the_whole_answer(
    erp_inside: Receiver, names: Names, settings: Any
) -> None:
    settings.ALLOWED_NETWORKS = [f"127.0.0.1:{erp_inside.port}"]
    for answer in (["127.0.0.1", "10.0.0.1"], ["127.0.0.2", "127.0.0.1"], ["127.0.0.1", "::1"]):
        names("erp.example.internal", answer)
        assert call(f"https://erp.example.internal:{erp_inside.port}/")[1] == "not-public"
    assert erp_inside.connections == 0


def test_a_name_that_leads_elsewhere_later_is_judged_anew_and_asked_once(
    erp_inside: Receiver, names: Names, settings: Any
) -> None:
    settings.ALLOWED_NETWORKS = [f"127.0.0.1:{erp_inside.port}"]
    asked = names("erp.example.internal", ["127.0.0.1"], ["127.0.0.3"])

    assert call(f"https://erp.example.internal:{erp_inside.port}/")[0] == "ok"
    assert call(f"https://erp.example.internal:{erp_inside.port}/")[1] == "not-public"
    assert (asked, erp_inside.connections) == (["erp.example.internal"] * 2, 1)


def test_inside_too_no_redirect_is_followed_and_no_plain_http_sent(
    erp_inside: Receiver, receiver: Receiver, settings: Any
) -> None:
    settings.ALLOWED_NETWORKS = ["127.0.0.1"]
    erp_inside.manners = Manners(status=307, headers={"Location": receiver.url})

    assert call(f"https://erp.example.internal:{erp_inside.port}/")[1] == "status 307"
    assert call(receiver.url)[1] == "not-sent"
    assert (erp_inside.connections, receiver.connections) == (1, 0)
