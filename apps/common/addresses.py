"""Where a request comes from, as far as that can be known."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request


def address_of(request: HttpRequest | Request) -> str:
    """The address of who asks, in its shortest form; "" if there is none.

    Behind a proxy it is the last one of X-Forwarded-For. The proxy wrote that one; those before it
    are the client's own words.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    told = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    found = _read(told.rpartition(",")[2]) or _read(peer)
    return str(found) if found else ""


def household_of(address: str) -> str:
    """Who is counted as one: an IPv4 address, or the /64 that a single IPv6 line is given."""
    found = _read(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, 64), strict=False))
    return str(found) if found else ""


def _read(text: str) -> IPv4Address | IPv6Address | None:
    """The address in `192.0.2.7`, `192.0.2.7:443`, `2001:db8::7`, `[2001:db8::7]:443`."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    # A server that listens on both kinds sees IPv4 as ::ffff:192.0.2.7.
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
