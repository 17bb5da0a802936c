from __future__ import annotations

from typing import Any

import pytest

from tests.returns.rules.made import blind, decided, line, ruled, said, without_receipt

OK, MISSING, WRONG = (
    ("ok", "approved"),
    ("serial-missing", "contingent"),
    ("serial-wrong", "denied"),
)


@pytest.mark.parametrize(
    ("check", "tracked", "sold", "came", "expected"),
    [
        ("tracked", True, "SN-1", "SN-1", OK),
        ("tracked", True, "SN-1", " sn-1", OK),
        ("tracked", True, "SN-1", "SN-2", WRONG),
        ("tracked", True, "SN-1", "", MISSING),
        ("tracked", True, "", "SN-2", OK),  # the sale does not say
        ("tracked", False, "SN-1", "SN-2", None),
        ("sold", False, "SN-1", "SN-2", WRONG),
        ("sold", False, "", "", None),
        ("off", True, "SN-1", "SN-2", None),
    ],
)
def test_the_piece_that_was_sold(
    check: str, tracked: bool, sold: str, came: str, expected: Any
) -> None:
    one = line(ask={"serial_number": came}, serial_number=sold, serial_tracked=tracked)
    assert said(ruled(one, serial={"check": check}), "serial") == expected


def test_another_piece_is_no_matter_of_opinion() -> None:
    one = line(ask={"serial_number": "X"}, serial_number="Y", serial_tracked=True, recalled=True)
    assert decided(ruled(one, serial={"check": "tracked"})).denied


def test_without_a_sale_the_number_is_asked_for_all_the_same() -> None:
    what = without_receipt(blind(serial_tracked=True))
    assert said(what, "serial") is None
