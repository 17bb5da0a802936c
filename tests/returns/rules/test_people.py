"""Frequent returners, and operators with exceptions."""

from __future__ import annotations

from typing import Any

import pytest

from apps.returns.policy.facts import Counters, Tally
from tests.returns.rules.made import line, ruled, said

KNOWN = {"returner_known": True}


def returner(earlier: tuple[int, int], settings: Any) -> Any:
    known = {**KNOWN, "counters": Counters(returner=Tally(*earlier))}
    return said(ruled(line("3"), changes=known, returner=settings), "frequent_returner")


@pytest.mark.parametrize(
    ("earlier", "settings", "expected"),
    [
        ((4, 0), {"count": 5}, ("ok", "approved")),
        ((5, 0), {"count": 5}, ("frequent-returner", "needs_override")),
        ((5, 0), {"count": 5, "above": "deny"}, ("frequent-returner", "denied")),
        ((0, 900), {"amount": {"EUR": 1000}}, ("ok", "approved")),
        ((0, 901), {"amount": {"EUR": 1000}}, ("frequent-returner", "needs_override")),
        ((99, 99), {}, None),
    ],
)
def test_returns_of_some_time_this_one_counted(earlier: Any, settings: Any, expected: Any) -> None:
    assert returner(earlier, settings) == expected


def test_nobody_is_nobody() -> None:
    assert said(ruled(returner={"count": 1}), "frequent_returner") is None


@pytest.mark.parametrize(
    ("count", "operator", "expected"),
    [
        (3, "1042", ("ok", "approved")),
        (4, "1042", ("operator-exceptions", "needs_override")),
        (4, "", None),
    ],
)
def test_an_operators_exceptions(count: int, operator: str, expected: Any) -> None:
    known = {"operator": operator, "counters": Counters(operator_exceptions=count)}
    assert said(ruled(changes=known, operator={"exceptions": 3}), "operator_exceptions") == expected
    assert said(ruled(changes=known), "operator_exceptions") is None
