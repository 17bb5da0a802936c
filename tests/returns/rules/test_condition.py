from __future__ import annotations

from typing import Any

import pytest

from tests.returns.rules.made import line, ruled, said

ROWS = [
    {"condition": "used", "accept": "deny"},
    {"condition": "used", "accept": "override", "category": "shoes"},
    {"condition": "opened", "accept": "override"},
]


@pytest.mark.parametrize(
    ("condition", "category", "expected"),
    [
        ("new", "", ("ok", "approved")),
        ("used", "", ("condition-refused", "denied")),
        ("used", "shoes", ("condition-refused", "needs_override")),
        ("opened", "shoes", ("condition-refused", "needs_override")),
        ("", "", ("ok", "approved")),
    ],
)
def test_the_row_of_the_category_counts_before_that_for_all(
    condition: str, category: str, expected: Any
) -> None:
    one = line(ask={"condition": condition}, category=category)
    assert said(ruled(one, conditions={"rows": ROWS}), "condition") == expected


def test_a_condition_may_be_required() -> None:
    asked = ruled(line(), conditions={"required": True})
    assert said(asked, "condition") == ("condition-required", "contingent")
    assert said(ruled(line()), "condition") is None
