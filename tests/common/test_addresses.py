"""Where a request comes from, and who is counted as one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from apps.common.addresses import address_of, household_of

PROXY = "10.0.0.1"


def seen(peer: str, told: str | None = None) -> str:
    headers = {} if told is None else {"X-Forwarded-For": told}
    return address_of(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:DB8:0::7", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_without_a_proxy_it_is_the_other_end_of_the_line(peer: str, address: str) -> None:
    assert seen(peer, told="198.51.100.9") == address


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("198.51.100.9", "198.51.100.9"),
        ("203.0.113.5, 198.51.100.9", "198.51.100.9"),
        ("203.0.113.5,junk , 198.51.100.9 ", "198.51.100.9"),
        ("198.51.100.9:51234", "198.51.100.9"),
        ("[2001:db8::7]:51234", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("198.51.100.9, unknown", PROXY),
        ("198.51.100.9,", PROXY),
        ("1" * 5000, PROXY),
        ("", PROXY),
        (None, PROXY),
    ],
)
def test_behind_a_proxy_it_is_what_the_proxy_wrote_last(
    settings: Any, told: str | None, address: str
) -> None:
    settings.BEHIND_PROXY = True
    assert seen(PROXY, told) == address


@pytest.mark.parametrize(
    ("address", "household"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::7", "2001:db8:1:3::/64"),
        ("", ""),
    ],
)
def test_an_ipv6_line_is_counted_as_one(address: str, household: str) -> None:
    assert household_of(address) == household
