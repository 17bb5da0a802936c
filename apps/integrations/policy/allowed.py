"""The addresses inside that an operator allows to be called (`ALLOWED_NETWORKS`). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_ENTRY = re.compile(
    r"(?:\[(?P<v6>[0-9A-Fa-f:.]+(?:/[0-9]{1,3})?)\]|(?P<host>[A-Za-z0-9_.-]+(?:/[0-9]{1,2})?))"
    r"(?::(?P<port>[0-9]{1,5}))?"
)
_PRIVATE = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
# What clouds tell a machine about itself, keys included. Some lie in private networks, one is public.
METADATA = frozenset(
    ip_address(text)
    for text in (
        *("169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192"),
        *("168.63.129.16", "fd00:ec2::254", "fd20:ce::254"),
    )
)
_WHAT = "10.20.0.0/16, 10.20.0.7:8443, [fd12::/48]:443 or erp.example.internal:443"


class BadEntry(ValueError):
    """An entry that is none, or that allows more than may be allowed; says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A network or a name; of one port, or of every port (0)."""

    network: IPv4Network | IPv6Network | None
    name: str
    port: int

    def allows(self, ip: IPv4Address | IPv6Address, host: str, port: int) -> bool:
        """Whether it lets us call this address, which `host` (as it was typed) leads to."""
        if self.port not in (0, port):
            return False
        if self.network is None:
            return host.lower().rstrip(".") == self.name and _is_inside(ip)
        if self.network.num_addresses == 1:  # named exactly, whatever it is
            return ip == self.network.network_address
        return ip in self.network and ip not in METADATA


def read_allowed(entries: Iterable[str]) -> tuple[Entry, ...]:
    """BadEntry for a network that is not private; for this machine it takes its exact address."""
    return tuple(_read(entry.strip()) for entry in entries if entry.strip())


def _read(text: str) -> Entry:
    # An IPv6 network needs no brackets where no port follows.
    match = _ENTRY.fullmatch(f"[{text}]" if text.count(":") > 1 and "[" not in text else text)
    if match is None or int(match["port"] or 1) not in range(1, 65536):
        raise BadEntry(f"“{text}” is no address: write {_WHAT}.")
    host, port = match["v6"] or match["host"], int(match["port"] or 0)
    if not match["v6"] and "/" not in host and not host.rstrip(".").rpartition(".")[2].isdigit():
        return Entry(None, host.lower().rstrip("."), port)
    try:
        network = ip_network(host)
    except ValueError as error:
        raise BadEntry(f"“{text}” is no network: {error}.") from None
    _check(text, network)
    return Entry(network, "", port)


def _check(text: str, network: IPv4Network | IPv6Network) -> None:
    if network.num_addresses > 1:
        if not any(_within(network, private) for private in _PRIVATE):
            raise BadEntry(f"“{text}” is no private network; others are named address by address.")
        return
    ip = network.network_address
    mapped = isinstance(ip, IPv6Address) and ip.ipv4_mapped
    if mapped or ip.is_unspecified or ip.is_multicast or ip == IPv4Address("255.255.255.255"):
        raise BadEntry(f"“{text}” is not the address of one machine.")


def _within(one: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    same = one.version == other.version
    return same and other.network_address <= one[0] and one[-1] <= other[-1]  # type: ignore[operator]


def _is_inside(ip: IPv4Address | IPv6Address) -> bool:
    """Private, and none of those that tell secrets: how far a name may lead."""
    return ip not in METADATA and any(ip in network for network in _PRIVATE)
