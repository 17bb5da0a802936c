"""Applying messages of web shops: a paid order becomes a sale, once, whatever comes in which order."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor, Caller, worker_actor
from apps.common.errors import Invalid, Refusal, StaleState
from apps.common.wakeup import wake_on_commit
from apps.integrations.locks import lock_message, lock_order
from apps.integrations.models import InboundMessage, WebShop
from apps.integrations.policy.shopify import TOPICS, Known, NotASale, ShopTerms, read_order
from apps.integrations.policy.shopify.keeping import ORDER, PAYMENT, REFUND
from apps.integrations.policy.shopify.lines import SERVICES
from apps.integrations.policy.shopify.refunded import refunds_of
from apps.integrations.policy.shopify.tenders import PAYMENTS_UNKNOWN, payments_of
from apps.integrations.states import MessageStatus
from apps.inventory import services as inventory
from apps.sales.commands import NewSale
from apps.sales.services import TakenIn, check_sale, record_sales

logger = logging.getLogger(__name__)

WORKER = "integrations.apply_messages"
BATCH = 200
MOST_ATTEMPTS = 8
WAITED_FOR_PAYMENTS = timedelta(hours=1)
AGAIN = (MessageStatus.HELD, MessageStatus.REJECTED, MessageStatus.RESOLVED)
_NOBODY = UUID(int=0)
_SETTLED = (
    "status",
    "cause",
    "detail",
    "sale",
    "counted",
    "attempts",
    "next_attempt_at",
    "settled_at",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a message comes to. `sale_id` where it made one."""

    status: MessageStatus
    cause: str = ""
    detail: str = ""
    sale_id: UUID | None = None
    counted: dict[str, list[str]] | None = None


def apply_due_messages(*, clock: Callable[[], datetime]) -> int:
    """Apply what is due, oldest first, each in a transaction of its own; how many were applied."""
    due = InboundMessage.objects.filter(
        status=MessageStatus.RECEIVED, next_attempt_at__lte=clock()
    ).order_by("next_attempt_at", "id")
    return sum(apply_message(pk, now=clock()) for pk in due.values_list("pk", flat=True)[:BATCH])


def apply_message(message_id: UUID, *, now: datetime) -> bool:
    """Apply one; False when it is not to be applied (any more), or another worker is at it.

    A mistake of ours puts it off, and to the error queue after eight attempts.
    """
    with transaction.atomic():
        message = lock_message(message_id)
        if message is None:
            return False
        try:
            with transaction.atomic():
                lock_order(message.shop_id, message.order_ref)
                outcome = _outcome(message, now)
        except Refusal as error:
            outcome = Outcome(MessageStatus.REJECTED, error.code, _sentence(error))
        except Exception as error:
            logger.exception("message %s was not applied", message_id)
            _put_off(message, type(error).__name__, now)
            return True
        _settle(message, outcome, now)
    return True


@transaction.atomic
def try_again(message: InboundMessage, *, actor: Actor, now: datetime) -> None:
    """Have it applied anew, as things are now. StaleState when it is neither held nor put aside."""
    changed = InboundMessage.objects.filter(pk=message.pk, status__in=AGAIN).update(
        status=MessageStatus.RECEIVED, next_attempt_at=now, attempts=0
    )
    if not changed:
        raise StaleState("This message is not waiting for anything.")
    audit.record([_fact("web_shop_message.tried_again", message)], actor=actor, now=now)
    wake_on_commit(WORKER)


@transaction.atomic
def resolve_message(message: InboundMessage, *, note: str, actor: Actor, now: datetime) -> None:
    """Put it away: somebody saw to it, and says how."""
    if not note.strip():
        raise Invalid("Say why.")
    open_ones = (MessageStatus.HELD, MessageStatus.REJECTED)
    changed = InboundMessage.objects.filter(pk=message.pk, status__in=open_ones).update(
        status=MessageStatus.RESOLVED, note=note.strip()[:500], settled_by=actor.label[:160],
        settled_at=now,
    )  # fmt: skip
    if not changed:
        raise StaleState("This message is no longer in the error queue.")
    fact = _fact("web_shop_message.resolved", message, reason=note.strip()[:500])
    audit.record([fact], actor=actor, now=now)


def give_up_waiting(*, now: datetime) -> int:
    """Paid in several ways, and not told how much from each for an hour: a person has to look."""
    late = InboundMessage.objects.filter(
        status=MessageStatus.HELD, cause=PAYMENTS_UNKNOWN, settled_at__lt=now - WAITED_FOR_PAYMENTS
    )
    return late.update(status=MessageStatus.REJECTED)


def _outcome(message: InboundMessage, now: datetime) -> Outcome:
    made = _made_sale(message)
    kind = TOPICS[message.topic]
    if kind == REFUND and made is not None:
        return _refunded_elsewhere(message, made)
    if kind != ORDER:
        if made is None:
            _wake_held(message, now)
        return Outcome(MessageStatus.NOTED)
    try:
        return _as_sale(message, made, now)
    except NotASale as error:
        if made is not None and error.outcome != "rejected":
            text = f"{error.detail} It was taken in as a sale before."
            return Outcome(MessageStatus.REJECTED, f"{error.cause}-after-sale", text)
        return Outcome(MessageStatus(error.outcome), error.cause, error.detail)


def _as_sale(message: InboundMessage, made: InboundMessage | None, now: datetime) -> Outcome:
    """The order as a sale: a new one, or compared with the one that stands, which is never changed."""
    shop, known = message.shop, _known(message, made)
    sale = read_order(message.body, terms=_terms(shop), known=known)
    check_sale(sale)
    _ensure_services(sale)
    caller = _caller(shop, str(message.pk))
    taken = record_sales([sale], [message.body], caller=caller, now=now)[0]
    if taken.outcome == "conflict":
        return _conflict(taken)
    if taken.outcome == "duplicate" or made is not None:
        return Outcome(MessageStatus.DUPLICATE)
    _supersede(message, now)
    return Outcome(
        MessageStatus.APPLIED, sale_id=taken.sale_id, counted=_counted(message.body, known)
    )


def _known(message: InboundMessage, made: InboundMessage | None) -> Known:
    """What other messages said; after the sale was made, only what counted then."""
    others = InboundMessage.objects.filter(shop=message.shop, order_ref=message.order_ref)
    bodies: dict[str, list[dict[str, Any]]] = {REFUND: [], PAYMENT: []}
    for topic, body in others.order_by("pk").values_list("topic", "body"):
        if TOPICS[topic] != ORDER:
            bodies[TOPICS[topic]].append(body)
    if made is None:
        return Known(bodies[REFUND], bodies[PAYMENT])
    return Known(
        bodies[REFUND],
        bodies[PAYMENT],
        frozenset(made.counted.get("refunds", [])),
        frozenset(made.counted.get("payments", [])),
    )


def _counted(order: dict[str, Any], known: Known) -> dict[str, Any]:
    """Which refunds and payments are in the sale."""
    return {
        "refunds": [str(refund.get("id")) for refund in refunds_of(order, known)[0]],
        "payments": [str(payment.get("id")) for payment in payments_of(order, known)],
    }


def _made_sale(message: InboundMessage) -> InboundMessage | None:
    """The message by which this order became a sale."""
    return (
        InboundMessage.objects.filter(
            shop=message.shop, order_ref=message.order_ref, status=MessageStatus.APPLIED
        )
        .select_related("sale")
        .first()
    )


def _refunded_elsewhere(message: InboundMessage, made: InboundMessage) -> Outcome:
    if str(message.body.get("id")) in made.counted.get("refunds", []):
        return Outcome(MessageStatus.DUPLICATE)
    receipt = made.sale.receipt_number if made.sale else ""
    return Outcome(
        MessageStatus.REJECTED, "refunded-elsewhere",
        f"The web shop gave money back itself after the order had become the sale {receipt}, where "
        "these goods can still be returned. See to it that they are not returned twice.",
    )  # fmt: skip


def _conflict(taken: TakenIn) -> Outcome:
    text = f"It differs from the sale {taken.receipt_number}, which stands. See the sale conflicts."
    return Outcome(MessageStatus.REJECTED, "conflict", text)


def _supersede(message: InboundMessage, now: datetime) -> None:
    """The order is a sale now: what waited for that, or could not become one, is over."""
    before = InboundMessage.objects.filter(
        shop=message.shop, order_ref=message.order_ref,
        status__in=(MessageStatus.HELD, MessageStatus.REJECTED),
    )  # fmt: skip
    before.update(status=MessageStatus.DUPLICATE, cause="", detail="", settled_at=now)


def _wake_held(message: InboundMessage, now: datetime) -> None:
    """News of an order: what is held of it is looked at again, or was given up for want of payments."""
    given_up = Q(status=MessageStatus.REJECTED, cause=PAYMENTS_UNKNOWN)
    held = InboundMessage.objects.filter(
        Q(status=MessageStatus.HELD) | given_up, shop=message.shop, order_ref=message.order_ref
    )
    if held.update(status=MessageStatus.RECEIVED, next_attempt_at=now):
        wake_on_commit(WORKER)


def _settle(message: InboundMessage, outcome: Outcome, now: datetime) -> None:
    message.status, message.cause, message.detail = (
        outcome.status,
        outcome.cause,
        outcome.detail[:500],
    )
    message.sale_id, message.counted = outcome.sale_id, outcome.counted or {}
    message.attempts += 1
    message.next_attempt_at, message.settled_at = None, now
    message.save(update_fields=_SETTLED)
    if outcome.status == MessageStatus.REJECTED:
        fact = _fact("web_shop_message.rejected", message, reason=outcome.cause)
        audit.record([fact], actor=worker_actor(WORKER), now=now)


def _put_off(message: InboundMessage, name: str, now: datetime) -> None:
    if message.attempts + 1 >= MOST_ATTEMPTS:
        _settle(message, Outcome(MessageStatus.REJECTED, f"ours: {name}"), now)
        return
    message.attempts += 1
    message.cause = f"ours: {name}"
    message.next_attempt_at = now + timedelta(seconds=5 * 2**message.attempts)
    message.save(update_fields=["attempts", "cause", "next_attempt_at"])


def _ensure_services(sale: NewSale) -> None:
    """Shipping and the like as items that are not given back, until somebody decides otherwise."""
    wanted = {line.sku for line in sale.lines} & set(SERVICES)
    if wanted:
        inventory.ensure_services({sku: SERVICES[sku] for sku in sorted(wanted)})


def _terms(shop: WebShop) -> ShopTerms:
    return ShopTerms(
        currency=shop.store.currency,
        timezone=shop.store.timezone,
        register=shop.terminal.number,
        prefix=shop.receipt_prefix,
        gateways=shop.gateways,
    )


def _caller(shop: WebShop, request_id: str) -> Caller:
    """The register that the web shop speaks through; it has no token, since the signature speaks."""
    return Caller(
        terminal_id=shop.terminal.pk,
        terminal_number=shop.terminal.number,
        store_id=shop.store.pk,
        store_number=shop.store.number,
        region_id=shop.store.region_id,
        timezone=shop.store.timezone,
        currency=shop.store.currency,
        scopes=frozenset(),
        credential_id=_NOBODY,
        token_id=0,
        request_id=request_id,
        spoken_for=(str(shop.pk), shop.name[:150]),
    )


def _sentence(error: Refusal) -> str:
    named = "; ".join(f"{one.field}: {one.detail}" for one in error.errors)
    return f"{error.detail} {named}".strip()


def _fact(action: str, message: InboundMessage, reason: str = "") -> Fact:
    data = {"topic": message.topic, "order": message.order_ref}
    return Fact(
        action, "web_shop_message", str(message.pk), subject_label=message.label, reason=reason,
        data=data,
    )  # fmt: skip
