from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from apps.inventory.commands import LevelNow
from apps.returns.policy import LineFacts
from tests.returns.rules.made import decided, line, ruled, said

HERE = LevelNow(Decimal(5), Decimal(0))
NOT_HERE = LevelNow(Decimal(0), Decimal(0), ranged=False)
COUNTED = LevelNow(Decimal(5), Decimal(0), counting=True)


def at(level: LevelNow | None, condition: str = "new", **sold: Any) -> LineFacts:
    return replace(line(ask={"condition": condition}, **sold), stock=level)


@pytest.mark.parametrize(
    ("level", "not_ranged", "expected"),
    [
        (HERE, "transfer", ("ok", "approved")),
        (NOT_HERE, "transfer", ("goes-to-other-shop", "approved")),
        (None, "transfer", ("goes-to-other-shop", "approved")),
        (NOT_HERE, "override", ("not-carried-here", "needs_override")),
        (None, "override", ("not-carried-here", "needs_override")),
        (None, "as_usual", None),
    ],
)
def test_goods_that_the_shop_does_not_carry(level: Any, not_ranged: str, expected: Any) -> None:
    assert said(ruled(at(level), stock={"not_ranged": not_ranged}), "stock_here") == expected


@pytest.mark.parametrize(
    ("counting", "outcome"), [("override", "needs_override"), ("deny", "denied")]
)
def test_goods_that_are_being_counted(counting: str, outcome: str) -> None:
    what = ruled(at(COUNTED), stock={"counting": counting})
    assert said(what, "stock_here") == ("being-counted", outcome)


@pytest.mark.parametrize(
    ("level", "condition", "sold", "place"),
    [
        (HERE, "new", {}, "return_to_stock"),
        (None, "new", {}, "transfer"),
        (None, "broken", {}, "damaged"),
        (None, "new", {"recalled": True}, "quarantine"),
    ],
)
def test_only_goods_as_new_go_to_another_shop(
    level: Any, condition: str, sold: Any, place: str
) -> None:
    words = {"conditions": {"new": "return_to_stock", "broken": "damaged"}}
    one = at(level, condition, **sold)
    decision = decided(ruled(one, changes=words, stock={"not_ranged": "transfer"}))
    assert decision.lines[0].disposition == place
