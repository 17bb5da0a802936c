"""Taking in what a web shop posts: verified, stored, answered. Applying it is a worker's work."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.common.cards import contains_card_number, scrub_card_numbers
from apps.common.errors import Invalid, NotFound, Refusal
from apps.common.wakeup import wake_on_commit
from apps.integrations.commands import ShopMessage
from apps.integrations.models import InboundMessage, WebShop, WebShopHealth
from apps.integrations.policy.shopify import TOPICS, is_signed, keep
from apps.integrations.policy.shopify.keeping import ORDER, order_id
from apps.integrations.policy.shopify.order import receipt_number
from apps.integrations.services.shops import NoSecret, good_secrets
from apps.integrations.states import ShopStatus

TELL_AGAIN_AFTER = timedelta(minutes=10)
MAX_DEPTH = 32


class SignatureInvalid(Refusal):
    """No secret of the web shop made this signature, or the message is another shop's."""

    code = "signature-invalid"


class MalformedMessage(Invalid):
    """A signed body that is no JSON object, or says nothing of an order."""

    code = "malformed-json"


def receive_message(shop_id: UUID, message: ShopMessage, *, now: datetime) -> str:
    """Store a message once: `received`, `duplicate`, or `ignored` for a topic that means nothing here.

    NotFound for a web shop that is unknown or disabled; SignatureInvalid leaves a count behind, and
    an entry in the trail every ten minutes at most.
    """
    shop = WebShop.objects.filter(pk=shop_id, status=ShopStatus.ACTIVE).first()
    if shop is None:
        raise NotFound("There is no such web shop.")
    if not _is_genuine(shop, message, now):
        _count_bad(shop, message.address, now)
        raise SignatureInvalid("The signature does not fit the body.")
    if message.topic not in TOPICS:
        return "ignored"
    row = _row(shop, message, _parse(message.raw), now)
    with transaction.atomic():
        WebShopHealth.objects.filter(shop=shop).update(last_received_at=now)
        if _seen_before(row, now):
            return "duplicate"
        wake_on_commit("integrations.apply_messages")
    return "received"


def _is_genuine(shop: WebShop, message: ShopMessage, now: datetime) -> bool:
    try:
        secrets = good_secrets(shop, now=now)
    except NoSecret:
        return False
    # One secret may sign for all shops that an app is installed in.
    own = not shop.domain or message.domain.lower() == shop.domain
    return is_signed(message.raw, message.signature, secrets) and own


def _count_bad(shop: WebShop, address: str, now: datetime) -> None:
    """Of what claimed to be a message nothing is kept."""
    with transaction.atomic():
        mine = WebShopHealth.objects.filter(shop=shop)
        mine.update(bad_signatures=F("bad_signatures") + 1, last_bad_at=now)
        due = Q(bad_told_at=None) | Q(bad_told_at__lte=now - TELL_AGAIN_AFTER)
        if not mine.filter(due).update(bad_told_at=now):
            return
        count = mine.values_list("bad_signatures", flat=True).get()
        actor = Actor(kind="outside", id=address or "unknown", label=address or "unknown")
        fact = Fact(
            "web_shop.bad_signature", "web_shop", str(shop.pk), subject_label=shop.name,
            outcome="refused", data={"count": count},
        )  # fmt: skip
        audit.record([fact], actor=actor, now=now)


def _parse(raw: bytes) -> dict[str, Any]:
    """Anybody's JSON: unknown fields are fine, and a key that stands twice counts as it stands last."""
    try:
        body = json.loads(raw, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise MalformedMessage("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise MalformedMessage("The body is no JSON object.")
    return body


def _row(
    shop: WebShop, message: ShopMessage, body: dict[str, Any], now: datetime
) -> InboundMessage:
    kept = keep(message.topic, body)
    order_ref = order_id(message.topic, kept)
    if not order_ref:
        raise MalformedMessage("The message does not say which order it is about.")
    is_order = TOPICS[message.topic] == ORDER
    return InboundMessage(
        shop=shop,
        topic=message.topic,
        webhook_id=_id(message.webhook_id),
        event_id=_id(message.event_id),
        order_ref=order_ref,
        label=receipt_number(kept, shop.receipt_prefix)[:64] if is_order else "",
        body=kept,
        body_hash=hashlib.sha256(message.raw).digest(),
        received_at=now,
        last_at=now,
        next_attempt_at=now,
    )


def _seen_before(row: InboundMessage, now: datetime) -> bool:
    """Insert it, or count the one that stands; the constraints decide, also between two at once."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        same = Q(body_hash=row.body_hash)
        if row.webhook_id:
            same |= Q(webhook_id=row.webhook_id)
        if row.event_id:
            same |= Q(event_id=row.event_id)
        stands = InboundMessage.objects.filter(same, shop=row.shop, topic=row.topic)
        stands.update(times=F("times") + 1, last_at=now)
        return True
    return False


def _id(given: str) -> str:
    """An id of a header: visible ASCII, and no card number."""
    fine = given.isascii() and given.isprintable() and not contains_card_number(given)
    return scrub_card_numbers(given)[:64] if fine else ""
