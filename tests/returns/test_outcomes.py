"""How findings become an answer: waived by a manager, split by line, overruled by a recall."""

from __future__ import annotations

from typing import Any

from apps.returns.policy import Decision, Facts, LineFacts, Rulebook, decide
from apps.returns.policy.settings import Rules, default_rules
from tests.returns.test_policy import asked, facts, sold_line


def ruled(*lines: LineFacts, **groups: Any) -> Facts:
    """Facts under a policy with these groups; the window has ended two weeks ago unless given."""
    late = {"window": {"days": 5, "late": "override"}}
    rules = Rules.from_json({**default_rules(), **late, **groups})
    return facts(*lines, rulebook=Rulebook(1, "Standard", 3, rules))


def window_row(decision: Decision) -> dict[str, Any]:
    return next(row for row in decision.trace if row["rule"] == "window")


def test_a_policy_may_ask_a_manager_where_it_would_refuse() -> None:
    decision = decide(ruled())
    assert (decision.outcome, decision.approved, decision.denied) == (
        "needs_override",
        False,
        False,
    )
    assert decision.lines[0].codes == ("window-expired",)
    assert (decision.refund_total, decision.lines[0].worth.refund) == (33, 33)


def test_what_a_manager_allowed_counts_as_approved_and_stays_in_the_trace() -> None:
    decision = decide(ruled(), frozenset({"window-expired"}))
    assert (decision.outcome, decision.refund_total, decision.messages) == ("approved", 33, ())
    row = window_row(decision)
    assert (row["code"], row["outcome"]) == ("window-expired", "approved")
    assert (row["said"], row["by"]) == ("needs_override", "waived")


def test_what_is_refused_outright_cannot_be_waived() -> None:
    refused = ruled(window={"days": 5})
    decision = decide(refused, frozenset({"window-expired", "quantity-exceeded"}))
    assert (decision.outcome, decision.refund_total) == ("denied", 0)


def test_lines_may_be_split_where_the_policy_says_so() -> None:
    good, bad = (
        LineFacts(asked(1), sold_line(1)),
        LineFacts(asked(2), sold_line(2, final_sale=True)),
    )
    window = {"window": {"days": 30}}
    whole = decide(ruled(good, bad, **window))
    split = decide(ruled(good, bad, splitting={"allowed": True}, **window))
    assert (whole.outcome, whole.line_total, whole.taken) == ("denied", 0, ())
    assert (split.outcome, split.line_total) == ("approved", 33)
    assert [line.asked.number for line in split.taken] == [1]
    assert [(line.outcome, line.worth.refund, line.disposition) for line in split.lines] == [
        ("approved", 33, "quarantine"),
        ("denied", 0, ""),
    ]


def test_a_refused_line_takes_nothing_from_the_next_of_the_same_sale_line() -> None:
    sold = sold_line()
    lines = LineFacts(asked(1, "4"), sold), LineFacts(asked(2, "3"), sold)
    decision = decide(ruled(*lines, splitting={"allowed": True}, window={"days": 30}))
    assert [line.codes for line in decision.lines] == [("quantity-exceeded",), ("ok",)]
    assert decision.line_total == 100


def test_a_recall_overrules_rules_and_not_facts() -> None:
    recalled = LineFacts(asked(), sold_line(recalled=True))
    decision = decide(ruled(recalled, window={"days": 5}))
    assert (decision.outcome, decision.lines[0].codes) == ("approved", ("recalled",))
    assert (window_row(decision)["said"], window_row(decision)["by"]) == ("denied", "recalled")
    too_many = decide(ruled(LineFacts(asked(quantity="4"), sold_line(recalled=True))))
    assert too_many.outcome == "denied"


def test_recalled_goods_are_taken_though_their_neighbours_are_refused() -> None:
    lines = LineFacts(asked(1), sold_line(1, recalled=True)), LineFacts(asked(2), sold_line(2))
    decision = decide(ruled(*lines, window={"days": 5}))
    assert [line.outcome for line in decision.lines] == ["approved", "denied"]
    assert (decision.outcome, decision.line_total) == ("approved", 33)


def test_without_the_buyers_receipt_money_never_goes_to_the_buyers_tenders() -> None:
    assert decide(facts(kind="gift_receipt")).refund_to == "store_credit"
    assert decide(facts(kind="gift_receipt", refund_to="exchange")).refund_to == "exchange"
    assert decide(facts()).refund_to == "original"
