"""The judge finds what is planted: lost, doubled, stuck and refused; and nothing where all is well."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from soak.books import Books, RefundRow, ReturnRow
from soak.journal import Entry
from soak.judge import Findings, judge

RETURN = ReturnRow("r1", "A", "completed", 1500)
CARD = RefundRow("f1", "r1", 7, 1000, "succeeded", electronic=True, times_paid=1, paid=1000)
CASH = RefundRow("f2", "r1", 8, 500, "succeeded", electronic=False, times_paid=0, paid=0)
WELL = Books(
    sales=("A",),
    returns=(RETURN,),
    refunds=(CARD, CASH),
    answered=(
        ("A-sale", "sale:1"), ("A-authorize", "return:r1"), ("A-complete", "complete:r1"),
    ),
)  # fmt: skip


def promised(
    authorized: dict[str, Any] | None = None, completed: dict[str, Any] | None = None
) -> list[Entry]:
    total = {"id": "r1", "refund_total": 1500}
    return [
        Entry("sale", "A-sale", "A", {"status": "recorded"}),
        Entry("authorize", "A-authorize", "A", {**total, "status": "authorized", **(authorized or {})}),
        Entry("complete", "A-complete", "A", {**total, "status": "completed", **(completed or {})}),
    ]  # fmt: skip


def found(books: Books, entries: list[Entry] | None = None) -> tuple[int, int, int, int]:
    """How much is lost, doubled, stuck, refused."""
    seen: Findings = judge(promised() if entries is None else entries, books)
    return len(seen.lost), len(seen.doubled), len(seen.stuck), len(seen.refused)


def test_where_all_is_well_nothing_is_found() -> None:
    assert judge(promised(), WELL) == Findings()


@pytest.mark.parametrize(
    ("books", "expected"),
    [
        (replace(WELL, sales=()), (1, 0, 0, 0)),
        (replace(WELL, sales=("A", "A")), (0, 1, 0, 0)),
        (replace(WELL, returns=(), refunds=()), (1, 0, 0, 0)),
        (replace(WELL, returns=(RETURN, replace(RETURN, id="r2", refund_total=0))), (0, 1, 0, 0)),
        (replace(WELL, returns=(replace(RETURN, status="authorized"),)), (1, 0, 1, 0)),
        (replace(WELL, returns=(replace(RETURN, refund_total=1400),)), (1, 1, 0, 0)),
        (replace(WELL, answered=WELL.answered[:2]), (1, 0, 0, 0)),
        (replace(WELL, answered=(*WELL.answered, WELL.answered[2])), (0, 2, 0, 0)),
        (replace(WELL, answered=(*WELL.answered, ("other", "complete:r1"))), (0, 1, 0, 0)),
    ],
)
def test_books_that_do_not_hold_what_was_promised(
    books: Books, expected: tuple[int, int, int, int]
) -> None:
    assert found(books) == expected


@pytest.mark.parametrize(
    ("refunds", "expected"),
    [
        ((CARD,), (1, 0, 0, 0)),
        ((CARD, CASH, replace(CASH, id="f3")), (0, 2, 0, 0)),
        ((replace(CARD, status="submitted"), CASH), (0, 0, 1, 0)),
        ((replace(CARD, times_paid=0, paid=0), CASH), (1, 0, 0, 0)),
        ((replace(CARD, times_paid=2, paid=2000), CASH), (0, 1, 0, 0)),
        ((replace(CARD, paid=900), CASH), (0, 1, 0, 0)),
    ],
)
def test_money_that_went_wrong(
    refunds: tuple[RefundRow, ...], expected: tuple[int, int, int, int]
) -> None:
    assert found(replace(WELL, refunds=refunds)) == expected


def test_what_a_register_never_heard_of_again_is_stuck() -> None:
    entries = promised()
    entries[2].answer = None
    assert found(WELL, entries) == (1, 0, 1, 0)


def test_what_a_register_was_not_granted_is_said() -> None:
    entries = promised(authorized={"status": "denied"})
    entries.append(Entry("sale", "B-sale", "B", refused="401 invalid-client"))
    assert judge(entries, WELL).refused == [
        "A-authorize: denied", "B-sale: 401 invalid-client",
    ]  # fmt: skip
