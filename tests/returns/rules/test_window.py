from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from apps.returns.policy import Facts
from tests.returns.rules.made import inputs, of_sale, ruled, said

OK, LATE = ("ok", "approved"), ("window-expired", "denied")
CHRISTMAS = {"first": "2026-11-15", "last": "2026-12-24", "until": "2027-01-15"}


def at(moment: str, sold: str = "2026-11-01T12:00:00+01:00", **window: Any) -> Facts:
    """Decided at `moment` in Berlin, for a sale of which `window` may name the delivery."""
    delivered = window.pop("delivered", None)
    sale = of_sale(
        sold_at=datetime.fromisoformat(sold),
        delivered_at=datetime.fromisoformat(delivered) if delivered else None,
    )
    return ruled(changes={**sale, "at": datetime.fromisoformat(moment)}, window=window)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [("2026-12-01T23:59:59+01:00", OK), ("2026-12-02T00:00:00+01:00", LATE)],
)
def test_the_last_second_of_the_last_day(moment: str, expected: Any) -> None:
    assert said(at(moment), "window") == expected


@pytest.mark.parametrize(
    ("sold", "last"),
    [
        ("2026-09-25T12:00:00+02:00", "2026-10-25T23:59:59+01:00"),  # 25 hours long
        ("2026-02-27T12:00:00+01:00", "2026-03-29T23:59:59+02:00"),  # 23 hours long
    ],
)
def test_a_day_on_which_the_clocks_change_counts_as_a_day(sold: str, last: str) -> None:
    assert said(at(last, sold), "window") == OK
    after = datetime.fromisoformat(last).timestamp() + 1
    over = datetime.fromtimestamp(after, datetime.fromisoformat(last).tzinfo).isoformat()
    assert said(at(over, sold), "window") == LATE


def test_counted_from_delivery_where_there_is_one() -> None:
    moment = "2026-12-05T10:00:00+01:00"
    late = {"delivered": "2026-11-05T18:00:00+01:00"}
    assert said(at(moment, **late), "window") == LATE
    assert said(at(moment, **late, counted_from="delivery"), "window") == OK
    assert said(at(moment, counted_from="delivery"), "window") == LATE
    assert "delivered" in inputs(at(moment, **late, counted_from="delivery"), "window")


@pytest.mark.parametrize(
    ("sold", "moment", "expected"),
    [
        ("2026-11-15T00:00:00+01:00", "2027-01-15T23:59:59+01:00", OK),
        ("2026-11-14T23:59:59+01:00", "2027-01-15T23:59:59+01:00", LATE),
        (
            "2026-12-24T23:59:59+01:00",
            "2027-01-16T00:00:00+01:00",
            OK,
        ),  # its own 30 days are longer
        ("2026-12-01T10:00:00+01:00", "2027-01-16T00:00:00+01:00", LATE),
    ],
)
def test_around_holidays_the_later_last_day_counts(sold: str, moment: str, expected: Any) -> None:
    assert said(at(moment, sold, holidays=[CHRISTMAS]), "window") == expected


def test_the_trace_says_that_it_is_a_holiday() -> None:
    what = at("2027-01-10T10:00:00+01:00", "2026-11-20T10:00:00+01:00", holidays=[CHRISTMAS])
    assert inputs(what, "window")["holiday_until"] == "2027-01-15"


@pytest.mark.parametrize(
    ("late", "expected"),
    [("allow", OK), ("override", ("window-expired", "needs_override")), ("deny", LATE)],
)
def test_what_happens_then_is_the_policys(late: str, expected: Any) -> None:
    assert said(at("2027-06-01T10:00:00+02:00", late=late), "window") == expected
