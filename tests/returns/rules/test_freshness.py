"""How old the data is: of the register that sold, of the stock, of what a register had offline."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from apps.returns.policy.facts import Ages, OfflineFacts
from tests.returns.rules.made import decided, line, ruled, said

NOW = ruled().at


def ago(minutes: int) -> Any:
    return NOW - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("rule", "setting", "age", "code"),
    [
        ("sale_age", "sale_minutes", "seller_seen_at", "sale-data-old"),
        ("stock_age", "stock_minutes", "stock_told_at", "stock-data-old"),
    ],
)
def test_data_may_be_so_old_and_not_older(rule: str, setting: str, age: str, code: str) -> None:
    def at(minutes: int, **older: str) -> Any:
        known = {"ages": Ages(**{age: ago(minutes)})}
        return said(ruled(changes=known, data_age={setting: 60, **older}), rule)

    assert at(60) == ("ok", "approved")
    assert at(61) == (code, "needs_override")
    assert at(61, older="contingent") == (code, "contingent")
    assert at(61, older="allow") == ("ok", "approved")


def test_what_is_not_known_to_be_old_is_not_held_against_anybody() -> None:
    limits = {"sale_minutes": 1, "stock_minutes": 1}
    assert said(ruled(data_age=limits), "sale_age") is None
    known = {"ages": Ages(ago(999), ago(999))}
    assert said(ruled(changes=known), "stock_age") is None


def offline(outcome: str = "approved", minutes: int = 0, **settings: Any) -> Any:
    known = {"offline": OfflineFacts(ago(minutes), outcome)}
    return ruled(line("3"), changes=known, offline=settings)


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (offline(minutes=24 * 60), "ok"),
        (offline(minutes=24 * 60 + 1), "offline-beyond-limits"),
        (offline(cap={"EUR": 100}), "ok"),
        (offline(cap={"EUR": 99}), "offline-beyond-limits"),
    ],
    ids=["old", "too old", "at the cap", "above it"],
)
def test_offline_has_an_age_and_a_cap(what: Any, code: str) -> None:
    assert said(what, "offline") == (code, "approved" if code == "ok" else "needs_override")


def test_that_the_register_had_decided_otherwise_is_said() -> None:
    assert [m.code for m in decided(offline()).messages] == []
    assert [m.code for m in decided(offline("denied")).messages] == ["offline-differs"]
