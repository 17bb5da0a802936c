"""Which addresses we call. Pure: reading an address, and judging where it leads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from apps.integrations.commands import Target
from apps.integrations.policy.allowed import METADATA, Entry

# Stricter than any parser, so that no two can read one address differently: no user names, no
# fragments, no backslashes, nothing beyond ASCII.
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>[/?][A-Za-z0-9/?:@!$&'()*+,;=._~%-]*)?"
)
_UNICAST_V6 = IPv6Network("2000::/3")
_NOT_PUBLIC = tuple(
    ip_network(text)
    for text in (
        "192.88.99.0/24",  # relays of 6to4
        "192.0.0.0/24",  # protocols of the IETF
        "2001::/23",  # the same, with Teredo: an IPv4 address inside
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",  # documentation
    )
)


class BadAddress(ValueError):
    """What is wrong with an address: `form`, `scheme` or `port`."""


def read_address(url: str, *, plain_http: bool) -> Target:
    """What to connect to. BadAddress for all but `https://host[:port][/path]`.

    `plain_http` allows `http://` too.
    """
    match = _ADDRESS.fullmatch(url)
    if match is None:
        raise BadAddress("form")
    tls = match["scheme"] == "https"
    if not tls and not plain_http:
        raise BadAddress("scheme")
    port = int(match["port"] or (443 if tls else 80))
    if not 0 < port < 65536:
        raise BadAddress("port")
    path = match["path"] or "/"
    path = path if path.startswith("/") else f"/{path}"
    return Target(tls, match["host"].strip("[]"), port, path)


def may_call(
    address: str, *, loopback: bool, host: str = "", port: int = 0, allowed: Sequence[Entry] = ()
) -> bool:
    """Whether an IP address, as a resolver gives it for `host`, is public, or allowed by name.

    This machine too with `loopback`.
    """
    try:
        ip = _plain(ip_address(address))
    except ValueError:  # such as one with a zone
        return False
    if _is_public(ip) or (loopback and ip.is_loopback):
        return True
    return any(entry.allows(ip, host, port) for entry in allowed)


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if (
        ip in METADATA
        or ip.is_multicast
        or not ip.is_global
        or any(ip in network for network in _NOT_PUBLIC)
    ):
        return False
    # Beyond unicast are NAT64, IPv4 in other guises, and what was never given out.
    return ip.version == 4 or ip in _UNICAST_V6


def _plain(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """`::ffff:10.0.0.1` is 10.0.0.1."""
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return mapped or ip
