from __future__ import annotations

from typing import Any

import pytest

from tests.returns.rules.made import line, ruled, said

SHOES = {"categories": [{"category": "shoes", "allowed": ["defective", "wrong_size"]}]}


@pytest.mark.parametrize(
    ("category", "reason", "expected"),
    [
        ("shoes", "defective", ("ok", "approved")),
        ("shoes", "customer_remorse", ("reason-refused", "denied")),
        ("shoes", "", ("reason-refused", "denied")),
        ("books", "customer_remorse", None),
    ],
)
def test_a_category_comes_back_for_its_reasons(category: str, reason: str, expected: Any) -> None:
    one = line(ask={"reason": reason}, category=category)
    assert said(ruled(one, reasons=SHOES), "reason") == expected


def test_a_manager_may_be_asked_and_a_reason_required() -> None:
    one = line(ask={"reason": "other"}, category="shoes")
    asked = ruled(one, reasons={**SHOES, "otherwise": "override"})
    assert said(asked, "reason") == ("reason-refused", "needs_override")
    silent = ruled(line(), reasons={"required": True})
    assert said(silent, "reason") == ("reason-required", "contingent")
