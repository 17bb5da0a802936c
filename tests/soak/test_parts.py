"""The smaller parts of a run: journals, keyrings that break, spans, and the dice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from client.identity import Identity
from client.keyring import KeyringFile
from client.keys import SigningKey
from soak.figures import Figure, Must, spans
from soak.fragile import FragileKeyring, KilledError
from soak.journal import Entry, Journal, read_journal
from soak.messages import return_body, sale_body
from soak.plan import Plan

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_journal_reads_back_what_was_asked_and_promised(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.sent("authorize", "a", "A")
    journal.sent("complete", "c", "A")
    journal.sent("sale", "s", "B")
    journal.answered("a", {"id": "r1", "status": "authorized", "refund_total": 5, "lines": []})
    journal.refused("s", "503")
    assert read_journal(journal.path) == [
        Entry("authorize", "a", "A", {"id": "r1", "status": "authorized", "refund_total": 5}),
        Entry("complete", "c", "A"),
        Entry("sale", "s", "B", refused="503"),
    ]


def test_a_register_ends_between_the_answer_and_its_writing_down_only(tmp_path: Path) -> None:
    old, new = SigningKey.generate("Ed25519"), SigningKey.generate("Ed25519")
    known = Identity("http://x", client_id="1", current=old)
    KeyringFile(tmp_path / "k").write(known)
    keyring = FragileKeyring(tmp_path / "k", lambda: True)
    begun = replace(known, pending=new, pending_taken=True)

    keyring.write(begun)
    with pytest.raises(KilledError):
        keyring.write(begun.used(new))
    assert keyring.read() == begun


def test_spans_are_told_by_tokens_and_keys_of_requests_seen_whole() -> None:
    token_of = {
        "A-authorize": "t1", "A-complete": "t1",
        "B-authorize": "t1", "B-complete": "t2",
        "C-authorize": "t1", "C-complete": "t3",
        "D-authorize": "t1",
    }  # fmt: skip
    credential_of = {"t1": "k1", "t2": "k1", "t3": "k2"}
    assert spans(["A", "B", "C", "D"], token_of, credential_of) == (2, 1)


@pytest.mark.parametrize(
    ("must", "value", "holds"),
    [
        (Must.ZERO, 0, True), (Must.ZERO, 1, False), (Must.SOME, 0, False), (Must.SOME, 3, True),
        (Must.ANY, 0, True),
    ],
)  # fmt: skip
def test_a_figure_holds_when_it_is_what_it_must_be(must: Must, value: int, holds: bool) -> None:
    assert Figure("", "", value, must).holds is holds


def test_the_same_seed_throws_the_same_dice_and_parts_do_not_share_them() -> None:
    plan = Plan(seconds=15, registers=4, seed=7)
    assert plan.dice("till").random() == plan.dice("till").random()
    assert plan.dice("till").random() != plan.dice("lost").random()


def test_sales_are_paid_in_cash_by_card_and_both_and_returns_name_their_lines() -> None:
    dice = Random(1)
    sales = [sale_body("01", n, f"soak-{n}", NOW, dice) for n in range(3)]
    kinds = [[tender["kind"] for tender in sale["tenders"]] for sale in sales]
    assert kinds == [["cash"], ["card"], ["card", "cash"]]
    back = [return_body(sale, NOW, dice)["lines"] for sale in sales for _ in range(20)]
    assert {len(lines) for lines in back} == {1, 2}
    assert all(line["sale_line"] in (1, 2) for lines in back for line in lines)
