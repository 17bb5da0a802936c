"""Where it was bought: channel, shop, region; and with whose receipt it comes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.returns.rules.made import decided, of_sale, ruled, said


@pytest.mark.parametrize(
    ("channel", "settings", "expected"),
    [
        ("store", {"online": "deny"}, None),
        ("online", {}, ("ok", "approved")),
        ("online", {"online": "deny"}, ("bought-online", "denied")),
        ("online", {"phone": "deny"}, ("ok", "approved")),
        ("phone", {"phone": "override"}, ("bought-by-phone", "needs_override")),
    ],
)
def test_purchase_channel(channel: str, settings: Any, expected: Any) -> None:
    what = ruled(changes=of_sale(channel=channel), channel=settings)
    assert said(what, "purchase_channel") == expected


@pytest.mark.parametrize(
    ("shop", "regions", "settings", "expected"),
    [
        (1, (7, 8), {"other_store": "deny", "other_region": "deny"}, None),
        (2, (7, 7), {}, ("ok", "approved")),
        (2, (7, 7), {"other_store": "deny"}, ("other-store", "denied")),
        (2, (7, 8), {"other_region": "override"}, ("other-region", "needs_override")),
        (2, (7, 8), {"other_store": "deny"}, ("ok", "approved")),
        (2, (7, None), {"other_region": "deny"}, ("other-region", "denied")),
        (2, (None, None), {"other_store": "override"}, ("other-store", "needs_override")),
    ],
)
def test_another_shop_or_region(shop: int, regions: Any, settings: Any, expected: Any) -> None:
    changes = {**of_sale(store_id=shop, region_id=regions[0]), "region_id": regions[1]}
    assert said(ruled(changes=changes, cross_store=settings), "cross_store") == expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("allow", ("ok", "approved")),
        ("override", ("gift-receipt-refused", "needs_override")),
        ("deny", ("gift-receipt-refused", "denied")),
    ],
)
def test_gift_receipts(accept: str, expected: Any) -> None:
    gift = ruled(changes={"kind": "gift_receipt"}, gift_receipt={"accept": accept})
    assert said(gift, "gift_receipt") == expected
    assert said(ruled(gift_receipt={"accept": accept}), "gift_receipt") is None


def test_a_gift_is_worth_what_was_paid_and_never_the_buyers_money() -> None:
    decision = decided(ruled(changes={"kind": "gift_receipt"}))
    assert (decision.refund_total, decision.refund_to) == (33, "store_credit")
