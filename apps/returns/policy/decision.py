"""`decide(facts)`: every rule in turn, the worst outcome wins, and a trace that an auditor can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from apps.common.money import extended_price
from apps.returns.commands import Message
from apps.returns.policy import rules
from apps.returns.policy.answers import Decision, ExchangeDecision, LineDecision
from apps.returns.policy.codes import RESPONSES
from apps.returns.policy.dispositions import disposition_of
from apps.returns.policy.facts import Facts
from apps.returns.policy.findings import Finding
from apps.returns.policy.judging import (
    Judged,
    applying,
    asked,
    exchange_findings,
    judge_lines,
    line_outcome,
    overrule,
    waive,
)
from apps.returns.policy.pricing import Totals, Worth
from apps.returns.states import RANK, Outcome, RefundTo

__all__ = ["Decision", "ExchangeDecision", "LineDecision", "decide", "refund_to"]


def decide(facts: Facts, waived: frozenset[str] = frozenset()) -> Decision:
    """May these goods come back? Pure: the same facts always give the same answer.

    1. The rules that concern the whole return, the exchange goods, then those of each line.
    2. Each line is worth what the lines of this return before it have left over.
    3. The rules that look at what all of it is worth.
    4. The worst finding is the line's outcome, and the worst line the return's. Where lines may be
       split, refused ones stay behind; nothing is worth anything in a return that is denied.

    `waived` are codes that a manager allowed: they count as approved and stay in the trace. What is
    denied outright cannot be waived.
    """
    whole = asked(rule(facts) for rule in rules.OF_THE_WHOLE)
    whole = [waive(one, waived) for one in [*whole, *exchange_findings(facts)]]
    lines = judge_lines(facts, whole, waived)
    totals = _totals(lines)
    sums = asked(rule(facts, totals) for rule in rules.OF_THE_SUM)
    whole += [waive(one, waived) for one in sums]
    if all(line.recalled for line in lines):
        whole = [overrule(one) for one in whole]
    decided = [_decide_line(line, whole, facts) for line in lines]
    outcome = _outcome(decided, facts, any(line.recalled for line in lines))
    decided = [_without_worth(one) if outcome == Outcome.DENIED else one for one in decided]
    exchange = tuple(
        ExchangeDecision(e, extended_price(e.asked.unit_price, e.asked.quantity))
        for e in facts.exchange
    )
    every = [*whole, *(one for line in lines for one in line.findings)]
    return Decision(
        outcome,
        tuple(decided),
        exchange,
        _messages(every) + _differing(outcome, facts),
        _trace(whole, lines),
        refund_to(facts),
    )


def refund_to(facts: Facts) -> str:
    """Where the money may go: without the buyer's receipt never to the buyer's tenders."""
    if facts.kind == "receipted" or facts.refund_to != RefundTo.ORIGINAL:
        return facts.refund_to
    return str(RefundTo.STORE_CREDIT)


def _decide_line(line: Judged, whole: Sequence[Finding], facts: Facts) -> LineDecision:
    outcome = line_outcome(line, whole)
    speaking = [*applying(line, whole), *line.findings]
    refused = outcome == Outcome.DENIED
    return LineDecision(
        line.facts,
        outcome,
        _codes(speaking),
        "" if refused else disposition_of(line.facts, facts),
        Worth() if refused else line.worth,
    )


def _outcome(lines: Sequence[LineDecision], facts: Facts, any_recalled: bool) -> Outcome:
    """The worst line's; where lines may be split, of those that are not refused.

    Recalled goods are taken in every case, so they are never held back by their neighbours.
    """
    outcomes = [line.outcome for line in lines]
    splits = any_recalled or (facts.rules is not None and facts.rules.splitting.allowed)
    if splits:
        outcomes = [one for one in outcomes if one != Outcome.DENIED] or outcomes
    return max(outcomes, key=RANK.__getitem__)


def _totals(lines: Sequence[Judged]) -> Totals:
    return Totals(sum(line.worth.to_customer for line in lines if not line.recalled))


def _without_worth(line: LineDecision) -> LineDecision:
    return replace(line, worth=Worth())


def _codes(findings: Sequence[Finding]) -> tuple[str, ...]:
    """The codes that speak against it (or need saying), worst first; `ok` when there are none."""
    said = {one.code: RANK[one.outcome] for one in findings if one.speaks}
    return tuple(sorted(said, key=lambda code: -said[code])) or ("ok",)


def _messages(findings: Sequence[Finding]) -> tuple[Message, ...]:
    """By code, worst first; what a manager allowed needs no saying any more."""
    codes = _codes([one for one in findings if not one.waived])
    return tuple(
        Message(to, code, text)
        for code in codes
        if code != "ok"
        for to, text in (
            ("operator", RESPONSES[code].operator),
            ("customer", RESPONSES[code].customer),
        )
        if text
    )


def _differing(outcome: Outcome, facts: Facts) -> tuple[Message, ...]:
    """What a register decided offline is decided again; that the two differ is worth saying."""
    if facts.offline is None or facts.offline.outcome == outcome:
        return ()
    code = "offline-differs"
    return (Message("operator", code, RESPONSES[code].operator),)


def _trace(whole: Sequence[Finding], lines: Sequence[Judged]) -> tuple[dict[str, Any], ...]:
    rows = [_row(finding, None) for finding in whole]
    for line in lines:
        rows += [_row(finding, line.facts.asked.number) for finding in line.findings]
    return tuple(rows)


def _row(finding: Finding, line: int | None) -> dict[str, Any]:
    """`outcome` is what it comes to; what the rule itself said stands in `said` where they differ."""
    row = {
        "rule": finding.rule,
        "line": line,
        "code": finding.code,
        "outcome": str(finding.outcome),
        "inputs": finding.inputs,
    }
    if finding.outcome != finding.found:
        row |= {"said": str(finding.found), "by": "waived" if finding.waived else "recalled"}
    return row
