"""No address inside is ever called, however it is written, and wherever a name leads."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.integrations.models import Destination
from apps.integrations.policy import BadAddress, may_call, read_address
from apps.integrations.services import add_destination, send_test
from tests.books import nothing_changes
from tests.integrations.conftest import Names
from tests.integrations.receiver import Receiver
from tests.world import SETUP

THIS_MACHINE = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "localhost",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "0.0.0.0",
    "0",
]
INSIDE = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "167772161",
    "012.0.0.1",
    "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[::10.0.0.1]",
    "[64:ff9b::a00:1]",
    "[2002:a00:1::]",
    "[2001:0:a00:1::]",
    "[2001:db8::1]",
    "[fc00::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[::]",
]
PUBLIC = ["8.8.8.8", "93.184.215.14", "::ffff:8.8.8.8", "2606:4700:4700::1111", "2a00:1450::1"]
MALFORMED = [
    "https://user@erp.example/",
    "https://user:pass@erp.example/",
    "https://erp.example@10.0.0.1/",
    "https://erp.example/#part",
    "https://erp.example\\@10.0.0.1/",
    "https://erp.example /",
    "https:///path",
    "https://",
    "//erp.example/",
    "erp.example",
    "ftp://erp.example/",
    "file:///etc/passwd",
    "https://erp.example:0x50/",
    "https://[fe80::1%25eth0]/",
    "https://bücher.example/",
    "https://erp.example/\r\nX: y",
    "https://erp.example/ü",
]


@pytest.fixture
def production(settings: Any) -> None:
    settings.DEVELOPMENT = False
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]


def destination_at(url: str) -> Destination:
    """One that got past the form: saved before a rule was made stricter."""
    made, _ = add_destination(
        name="ERP", url="https://erp.example/", actor=SETUP, now=timezone.now()
    )
    Destination.objects.update(url=url)
    made.url = url
    return made


def problem_of(url: str) -> str:
    return send_test(destination_at(url), actor=SETUP, clock=timezone.now).answer.problem


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize("host", THIS_MACHINE)
def test_this_machine_is_not_called(db: None, receiver: Receiver, host: str) -> None:
    assert problem_of(f"https://{host}:{receiver.port}/") == "not-public"
    assert receiver.connections == 0


@pytest.mark.parametrize("production", [True, False])
@pytest.mark.parametrize("host", INSIDE)
def test_a_network_inside_is_not_called(
    db: None, settings: Any, host: str, production: bool
) -> None:
    settings.DEVELOPMENT = not production
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    assert problem_of(f"https://{host}/") == "not-public"


def test_under_development_this_machine_may_be_called(db: None, receiver: Receiver) -> None:
    assert problem_of(receiver.url) == ""
    assert receiver.connections == 1


@pytest.mark.usefixtures("production")
def test_plain_http_is_for_development_only(db: None, receiver: Receiver) -> None:
    assert problem_of(receiver.url) == "not-sent"
    assert receiver.connections == 0


@pytest.mark.parametrize("inside", ["10.0.0.1", "::ffff:10.0.0.1", "fd00::1"])
def test_one_address_inside_refuses_the_whole_answer(
    db: None, receiver: Receiver, names: Names, inside: str
) -> None:
    for order in (["127.0.0.1", inside], [inside, "127.0.0.1"]):
        names("mixed.example", order)
        assert problem_of(f"http://mixed.example:{receiver.port}/") == "not-public"
        Destination.objects.all().delete()

    assert receiver.connections == 0


def test_a_name_is_asked_for_once_and_what_was_judged_is_called(
    db: None, receiver: Receiver, names: Names
) -> None:
    asked = names("turns.example", ["127.0.0.1"], ["10.0.0.1"])

    assert problem_of(f"http://turns.example:{receiver.port}/") == ""
    assert asked == ["turns.example"]
    assert receiver.connections == 1


def test_the_next_address_is_tried_when_one_does_not_answer(
    db: None, receiver: Receiver, names: Names
) -> None:
    names("two.example", ["127.0.0.2", "127.0.0.1"])

    assert problem_of(f"http://two.example:{receiver.port}/") == ""


@pytest.mark.parametrize("url", MALFORMED)
def test_an_address_of_another_form_is_not_read(db: None, url: str) -> None:
    with pytest.raises(BadAddress):
        read_address(url, plain_http=True)
    with nothing_changes(), pytest.raises(ValidationError):
        add_destination(name="ERP", url=url, actor=SETUP, now=timezone.now())


@pytest.mark.usefixtures("production")
def test_the_form_refuses_plain_http(db: None) -> None:
    with nothing_changes(), pytest.raises(ValidationError, match="begin with https"):
        add_destination(name="ERP", url="http://erp.example/", actor=SETUP, now=timezone.now())


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("https://erp.example", (True, "erp.example", 443, "/")),
        ("https://erp.example?x=1", (True, "erp.example", 443, "/?x=1")),
        ("http://erp.example:8080/a/b", (False, "erp.example", 8080, "/a/b")),
        ("https://[2606:4700::1]:8443/", (True, "2606:4700::1", 8443, "/")),
    ],
)
def test_an_address_is_read_apart(url: str, read: tuple[bool, str, int, str]) -> None:
    target = read_address(url, plain_http=True)

    assert (target.tls, target.host, target.port, target.path) == read


@pytest.mark.parametrize("port", ["0", "65536", "99999"])
def test_there_is_no_such_port(port: str) -> None:
    with pytest.raises(BadAddress, match="port"):
        read_address(f"https://erp.example:{port}/", plain_http=False)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_called(address: str) -> None:
    assert may_call(address, loopback=False)


@pytest.mark.parametrize("address", ["fe80::1%eth0", "erp.example", ""])
def test_what_is_no_address_may_not(address: str) -> None:
    assert not may_call(address, loopback=True)
