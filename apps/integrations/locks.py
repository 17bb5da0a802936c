"""The only place that locks destinations, sync flows and web shops.

The secrets of one are changed only while it is held.

Who needs the health too takes it first: in that order a call is written down.
"""

from __future__ import annotations

from uuid import UUID

from apps.common.errors import NotFound
from apps.common.sql import fetch_one
from apps.integrations.models import (
    Destination,
    DestinationHealth,
    InboundMessage,
    SyncState,
    WebShop,
)
from apps.integrations.states import MessageStatus

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
