from __future__ import annotations

from decimal import Decimal

import pytest

from tests.returns.rules.made import line, ruled, said


@pytest.mark.parametrize(
    ("asked", "back", "promised", "code"),
    [
        ("3", "0", "0", "ok"),
        ("4", "0", "0", "quantity-exceeded"),
        ("2", "1", "0", "ok"),
        ("2", "1", "1", "quantity-exceeded"),
        ("0.001", "2.999", "0", "ok"),
        ("0.002", "2.999", "0", "quantity-exceeded"),
    ],
)
def test_the_unit_one_too_many(asked: str, back: str, promised: str, code: str) -> None:
    one = line(asked, returned_quantity=Decimal(back), authorized_quantity=Decimal(promised))
    found = said(ruled(one), "quantity_left")
    assert found is not None
    assert found[0] == code
