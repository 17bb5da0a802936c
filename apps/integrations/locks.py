"""The only place that locks destinations, sync flows and web shops.

The secrets of one are changed only while it is held.

Who needs the health too takes it first: in that order a call is written down.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from apps.common.errors import NotFound
from apps.common.sql import fetch_all, fetch_one
from apps.integrations.models import (
    Destination,
    DestinationHealth,
    InboundMessage,
    SyncState,
    WebShop,
)
from apps.integrations.states import MessageStatus

_PLACES = 7_312
"""Our own first key for the advisory locks of those who call a destination."""

_ORDERS = 7_314
"""Our own first key for the advisory locks of web-shop orders."""


def lock_destination(destination_id: UUID) -> Destination:
    """The destination as it is now, held until the transaction ends. NotFound when it is gone."""
    found = Destination.objects.select_for_update().filter(pk=destination_id).first()
    if found is None:
        raise NotFound("This destination is gone.")
    return found


def lock_health(destination_id: UUID) -> DestinationHealth:
    return DestinationHealth.objects.select_for_update().get(pk=destination_id)


def lock_shop(shop_id: UUID) -> WebShop:
    """The web shop as it is now, held until the transaction ends. NotFound when it is gone."""
    found = WebShop.objects.select_for_update().filter(pk=shop_id).first()
    if found is None:
        raise NotFound("This web shop is gone.")
    return found


def lock_order(shop_id: UUID, order_ref: str) -> None:
    """Held until the transaction ends: messages of one order are applied one after the other.

    What a message leaves behind (a sale, a refund that was noted) is then there for the next.
    """
    fetch_one(
        "SELECT pg_advisory_xact_lock(%s::int, hashtext(%s))", [_ORDERS, f"{shop_id}:{order_ref}"]
    )


def lock_message(message_id: UUID) -> InboundMessage | None:
    """The message, if it is to be applied and nobody else is at it."""
    return (
        InboundMessage.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("shop__store", "shop__terminal")
        .filter(pk=message_id, status=MessageStatus.RECEIVED)
        .first()
    )


def lock_state(flow_id: UUID) -> SyncState | None:
    """How far a flow is, held until the transaction ends; None while another worker begins a run."""
    return SyncState.objects.select_for_update(skip_locked=True).filter(pk=flow_id).first()


@contextmanager
def hold_place(destination_id: UUID, concurrency: int) -> Iterator[bool]:
    """One of the destination's places, as an advisory lock of this connection; False: all are taken.

    It goes with the connection: a worker that is killed leaves its place free.
    """
    places = places_of(destination_id, concurrency)
    row = fetch_one(
        "SELECT p FROM unnest(%s::bigint[]) AS p WHERE pg_try_advisory_lock(%s::int, p::int) LIMIT 1",
        [list(places), _PLACES],
    )
    try:
        yield row is not None
    finally:
        if row is not None:
            fetch_one("SELECT pg_advisory_unlock(%s::int, %s::int)", [_PLACES, row[0]])


def places_of(destination_id: UUID, concurrency: int) -> range:
    """The second keys of the locks. 16 at most, so that those of two destinations never overlap."""
    base = int.from_bytes(destination_id.bytes[-4:], "big") & 0x7FFFFFF0
    return range(base, base + concurrency)


def held_places() -> set[int]:
    """Those of all destinations that are taken at this moment."""
    rows = fetch_all(
        "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
        " AND classid::bigint = %s AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        [_PLACES],
    )
    return {row[0] for row in rows}
