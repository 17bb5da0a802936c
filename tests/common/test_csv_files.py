"""Files that programs for tables open: what looks like a formula is defused, numbers are left."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from apps.common.csv_files import cell_of, defused, write_csv


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"])
def test_a_formula_gets_an_apostrophe(begin: str) -> None:
    assert defused(f"{begin}a+1") == f"'{begin}a+1"


@pytest.mark.parametrize("text", ["a=b", "-5", "+1.50", "2026-11-21", "", "1-2"])
def test_what_is_none_is_left(text: str) -> None:
    assert defused(text) == text


def test_nul_does_not_hide_a_formula() -> None:
    assert defused("\0=1+1") == "'=1+1"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (-5, "-5"), (Decimal("-1.50"), "-1.50"), (True, "yes"), (False, "no"),
        (datetime(2026, 11, 21, 12, tzinfo=UTC), "2026-11-21T12:00:00+00:00"),
    ],
    ids=["nothing", "number", "decimal", "yes", "no", "time"],
)  # fmt: skip
def test_values_as_cells(value: Any, text: str) -> None:
    assert cell_of(value) == text


def test_a_file() -> None:
    made = write_csv(["name", "n"], [['say "hi", all', 1], ["=2", 2]])

    assert made == '\ufeffname,n\r\n"say ""hi"", all",1\r\n\'=2,2\r\n'.encode()
