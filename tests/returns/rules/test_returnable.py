from __future__ import annotations

from typing import Any

import pytest

from tests.returns.rules.made import line, ruled, said


@pytest.mark.parametrize(
    ("sold", "expected"),
    [
        ({}, ("ok", "approved")),
        ({"final_sale": True}, ("final-sale", "denied")),
        ({"hazardous": True}, ("hazardous", "denied")),
        ({"returnable": False}, ("not-returnable", "denied")),
        ({"returnable": False, "hazardous": True, "recalled": True}, ("recalled", "approved")),
    ],
)
def test_flags_of_the_item_and_the_sale(sold: dict[str, Any], expected: Any) -> None:
    assert said(ruled(line(**sold)), "returnable") == expected


@pytest.mark.parametrize(
    ("returnable", "channel", "code"),
    [
        (False, {}, "service-not-refunded"),
        (False, {"services_refunded": True}, "ok"),
        (True, {}, "ok"),
        (False, {"service_categories": ["postage"]}, "not-returnable"),
    ],
)
def test_shipping_is_given_back_where_the_policy_or_its_item_says_so(
    returnable: bool, channel: dict[str, Any], code: str
) -> None:
    shipping = line(category="service", returnable=returnable)
    found = said(ruled(shipping, channel=channel), "returnable")
    assert found is not None
    assert found[0] == code
