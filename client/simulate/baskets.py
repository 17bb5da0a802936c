"""What a customer puts on the counter: a sale's lines, discounts and tenders, adding up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from random import Random

from client.simulate.catalogue import BY_WEIGHT, PIECES, Article
from client.transport import JsonObject


class Basket(StrEnum):
    """Kinds of sale. In SEVERAL the first line has at least three pieces."""

    SINGLE = "single"
    SEVERAL = "several"
    WEIGHED = "weighed"
    SPLIT_TENDER = "split tender"
    DISCOUNT = "order discount"


@dataclass(frozen=True, slots=True)
class Pick:
    """An article and how much of it."""

    article: Article
    quantity: Decimal


def round_half_up(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def fill(kind: Basket, dice: Random) -> list[Pick]:
    """The goods of a basket of that kind."""
    if kind is Basket.WEIGHED:
        grams = [350, *(dice.randrange(80, 1500, 5) for _ in range(dice.randint(0, 1)))]
        articles = dice.sample(BY_WEIGHT, len(grams))
        return [Pick(a, Decimal(g) / 1000) for a, g in zip(articles, grams, strict=True)]
    if kind is Basket.SINGLE:
        return [Pick(dice.choice(PIECES), Decimal(1))]
    articles = dice.sample(PIECES, dice.randint(2, 4))
    first = Pick(articles[0], Decimal(dice.randint(3, 6)))
    return [first, *(Pick(a, Decimal(dice.randint(1, 3))) for a in articles[1:])]


def sale_parts(kind: Basket, picks: Sequence[Pick], gateway_ref: str) -> JsonObject:
    """The lines, discounts, tenders and total of a sale body."""
    lines = [_line(number, pick) for number, pick in enumerate(picks, 1)]
    goods = sum(line["total"] for line in lines)
    off = round_half_up(Decimal(goods) / 10) if kind is Basket.DISCOUNT else 0
    total = goods - off
    discounts = [{"code": "SPEND10", "amount": off}] if off else []
    tenders = _tenders(kind, total, gateway_ref)
    return {"lines": lines, "discounts": discounts, "tenders": tenders, "total": total}


def _line(number: int, pick: Pick) -> JsonObject:
    total = round_half_up(pick.article.price * pick.quantity)
    amount = round_half_up(Decimal(total * 20) / 120)
    quantity = f"{pick.quantity:.3f}" if pick.article.weighed else f"{pick.quantity:f}"
    return {
        "line_number": number,
        "sku": pick.article.sku,
        "description": pick.article.name,
        "quantity": quantity,
        "unit_price": pick.article.price,
        "discount": 0,
        "taxes": [{"code": "VAT-S", "rate": "0.20", "inclusive": True, "amount": amount}],
        "total": total,
    }


def _tenders(kind: Basket, total: int, gateway_ref: str) -> list[JsonObject]:
    cash = total // 3 if kind is Basket.SPLIT_TENDER else 0
    if kind is Basket.SINGLE:
        return [{"number": 1, "kind": "cash", "amount": total}]
    card: JsonObject = {
        "number": 1,
        "kind": "card",
        "amount": total - cash,
        "gateway": "sandbox",
        "gateway_ref": gateway_ref,
        "card_brand": "visa",
        "last4": "4242",
    }
    return [card, {"number": 2, "kind": "cash", "amount": cash}] if cash else [card]
