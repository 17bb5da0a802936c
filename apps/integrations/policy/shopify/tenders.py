"""How an order was paid. Its own body names the ways to pay, but not how much came from each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.integrations.policy.shopify.outcomes import HELD, Known, NotASale, ShopTerms
from apps.integrations.policy.shopify.reading import Body, listed, minor, text
from apps.integrations.policy.shopify.refunded import refund_payments
from apps.sales.commands import NewTender
from apps.sales.states import TenderKind

PAYMENTS_UNKNOWN = "payments-unknown"
KINDS = {
    "gift_card": TenderKind.GIFT_CARD,
    "shopify_store_credit": TenderKind.STORE_CREDIT,
    "cash": TenderKind.CASH,
    "cash on delivery (cod)": TenderKind.CASH,
    "paypal": TenderKind.WALLET,
    "amazon_payments": TenderKind.WALLET,
    "shop_pay_installments": TenderKind.WALLET,
    "klarna": TenderKind.INVOICE,
    "bank deposit": TenderKind.INVOICE,
    "money order": TenderKind.INVOICE,
    "manual": TenderKind.INVOICE,
}
"""By Shopify's name of a way to pay. What is not named is a card: nothing of it is paid out in cash."""


def payments_of(order: Body, known: Known) -> list[Body]:
    """Payments that went through, each once."""
    every = {str(p.get("id")): p for p in (*known.payments, *listed(order, "transactions"))}
    return [
        payment
        for key, payment in every.items()
        if payment.get("kind") in ("sale", "capture")
        and payment.get("status") == "success"
        and (known.payment_ids is None or key in known.payment_ids)
    ]


def read_tenders(
    order: Body,
    total: int,
    *,
    payments: Sequence[Body],
    refunds: Sequence[Body],
    terms: ShopTerms,
) -> tuple[NewTender, ...]:
    """Tenders that add up to the total.

    One way to pay: all of it. Several: by the payments that were told of, less what went back to
    each; NotASale (held) while those do not add up.
    """
    if total == 0:
        return ()
    ways = [str(name) for name in listed(order, "payment_gateway_names") if name]
    ways = ways or [text(order.get("gateway"), 64) or "unknown"]
    if len(set(ways)) == 1:
        fitting = [p for p in payments if str(p.get("gateway")) == ways[0]]
        only: Body = fitting[0] if len(fitting) == 1 else {}
        return (_tender(1, total, ways[0], order, only, terms),)
    shares = _shares(payments, refunds, order, terms.currency)
    if sum(shares) != total:
        raise NotASale(
            HELD, PAYMENTS_UNKNOWN,
            f"It was paid in several ways ({', '.join(sorted(set(ways)))}), and how much came from "
            "each is not known yet. The topic order_transactions/create tells.",
        )  # fmt: skip
    paid = [(p, share) for p, share in zip(payments, shares, strict=True) if share > 0]
    return tuple(
        _tender(number, share, text(payment.get("gateway"), 64), order, payment, terms)
        for number, (payment, share) in enumerate(paid, 1)
    )


def _shares(
    payments: Sequence[Body], refunds: Sequence[Body], order: Body, currency: str
) -> list[int]:
    """What is left of each payment. Amounts in another currency than the order's say nothing."""
    back: dict[str, int] = {}
    for refund in refunds:
        for payment in refund_payments(refund):
            parent = str(payment.get("parent_id"))
            back[parent] = back.get(parent, 0) + minor(payment.get("amount"), currency, "refund")
    return [
        minor(p.get("amount"), currency, "payment") - back.get(str(p.get("id")), 0)
        if p.get("currency") in (None, "", order.get("currency"))
        else 0
        for p in payments
    ]


def _tender(
    number: int, amount: int, way: str, order: Body, payment: Body, terms: ShopTerms
) -> NewTender:
    told = terms.gateways.get(way, {})
    card: Any = payment.get("payment_details") or order.get("payment_details") or {}
    kind = told.get("kind") or KINDS.get(way.lower(), TenderKind.CARD)
    is_card = kind == TenderKind.CARD
    return NewTender(
        number=number,
        kind=str(kind),
        amount=amount,
        gateway=text(told.get("gateway") or way, 32),
        gateway_ref=_reference(told.get("reference", "order"), order, payment),
        card_brand=text(card.get("credit_card_company"), 32).lower() if is_card else "",
        last4=text(card.get("credit_card_number"), 4) if is_card else "",
        needs_card_present=False,
    )


def _reference(kind: str, order: Body, payment: Body) -> str:
    """`order:<id>` or `order:<id>:<payment>`, unless the processor's own number is to be taken."""
    if kind in ("authorization", "payment_id") and (own := text(payment.get(kind), 128)):
        return own
    of_payment = text(payment.get("id"), 40)
    return f"order:{order.get('id')}" + (f":{of_payment}" if of_payment else "")
