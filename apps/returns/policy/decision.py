"""`decide(facts)`: every rule in turn, the worst outcome wins, and a trace that an auditor can read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from apps.common.money import extended_price
from apps.returns.commands import AskedLine, Message
from apps.returns.policy import pricing, rules
from apps.returns.policy.codes import RESPONSES
from apps.returns.policy.facts import ExchangeFacts, Facts, LineFacts
from apps.returns.policy.pricing import Worth
from apps.returns.policy.rules import Finding
from apps.returns.states import RANK, Disposition, Outcome
from apps.sales.commands import LineOfSale


@dataclass(frozen=True, slots=True)
class LineDecision:
    """One line's outcome, its codes (worst first), where the goods go, and what they are worth."""

    asked: AskedLine
    sold: LineOfSale | None
    outcome: Outcome
    codes: tuple[str, ...]
    disposition: str
    worth: Worth


@dataclass(frozen=True, slots=True)
class ExchangeDecision:
    facts: ExchangeFacts
    total: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, with everything it rests on."""

    outcome: Outcome
    lines: tuple[LineDecision, ...]
    exchange: tuple[ExchangeDecision, ...]
    messages: tuple[Message, ...]
    trace: tuple[dict[str, Any], ...]

    @property
    def approved(self) -> bool:
        return self.outcome == Outcome.APPROVED

    @property
    def line_total(self) -> int:
        return sum(line.worth.refund for line in self.lines)

    @property
    def exchange_total(self) -> int:
        return sum(line.total for line in self.exchange)


def decide(facts: Facts) -> Decision:
    """May these goods come back? Pure: the same facts always give the same answer.

    1. The rules that concern the whole return, then those of each line, then the exchange goods.
    2. Each line is worth what the lines of this return before it have left over.
    3. The worst finding is the line's outcome, the worst line the return's. Nothing is worth
       anything unless all of it may come back.
    """
    whole = [rules.policy_in_force(facts), rules.sale_known(facts), *_given(rules.window(facts))]
    whole += _exchange_findings(facts)
    lines, findings = _decide_lines(facts, whole)
    of_lines = [finding for found in findings for finding in found]
    outcome = _worst([*whole, *of_lines])
    if outcome != Outcome.APPROVED:
        lines = [replace(line, worth=Worth()) for line in lines]
    exchange = tuple(
        ExchangeDecision(e, extended_price(e.asked.unit_price, e.asked.quantity))
        for e in facts.exchange
    )
    messages = _messages([*whole, *of_lines])
    return Decision(outcome, tuple(lines), exchange, messages, _trace(whole, lines, findings))


def disposition_of(line: AskedLine, sold: LineOfSale | None, facts: Facts) -> str:
    """Recalled goods go to quarantine; else the reason decides if it says so, else the condition."""
    if sold is not None and sold.recalled:
        return Disposition.QUARANTINE
    by_reason = facts.reasons.get(line.reason, "")
    return by_reason or facts.conditions.get(line.condition, Disposition.QUARANTINE)


def _decide_lines(
    facts: Facts, whole: Sequence[Finding]
) -> tuple[list[LineDecision], list[list[Finding]]]:
    current: dict[int, LineOfSale] = {}
    claimed: dict[int, Decimal] = defaultdict(Decimal)
    lines, all_findings = [], []
    for line in facts.lines:
        found = [] if facts.sale is None else _line_findings(line, claimed)
        worth = Worth()
        if line.sold is not None:
            sold = current.get(line.sold.id, line.sold)
            worth = pricing.price(sold, line.asked.quantity)
            current[sold.id] = pricing.after(sold, line.asked.quantity, worth)
            claimed[sold.id] += line.asked.quantity
        outcome = _worst([*whole, *found])
        codes = _codes([*whole, *found])
        place = disposition_of(line.asked, line.sold, facts) if outcome == Outcome.APPROVED else ""
        lines.append(LineDecision(line.asked, line.sold, outcome, codes, place, worth))
        all_findings.append(found)
    return lines, all_findings


def _line_findings(line: LineFacts, claimed: dict[int, Decimal]) -> list[Finding]:
    taken = claimed[line.sold.id] if line.sold else Decimal(0)
    return [
        rules.line_belongs(line),
        *_given(rules.quantity_left(line, taken)),
        *_given(rules.returnable(line)),
    ]


def _exchange_findings(facts: Facts) -> list[Finding]:
    claimed: dict[str, Decimal] = defaultdict(Decimal)
    found = []
    for exchange in facts.exchange:
        found.append(rules.exchange_stock(exchange, claimed[exchange.asked.sku]))
        claimed[exchange.asked.sku] += exchange.asked.quantity
    return found


def _given(finding: Finding | None) -> list[Finding]:
    return [] if finding is None else [finding]


def _worst(findings: Sequence[Finding]) -> Outcome:
    return max((finding.outcome for finding in findings), key=RANK.__getitem__)


def _codes(findings: Sequence[Finding]) -> tuple[str, ...]:
    """The codes that speak against it (or need saying), worst first; `ok` when there are none."""
    said = {finding.code: RANK[finding.outcome] for finding in findings if finding.code != "ok"}
    return tuple(sorted(said, key=lambda code: -said[code])) or ("ok",)


def _messages(findings: Sequence[Finding]) -> tuple[Message, ...]:
    codes = [code for code in _codes(findings) if code != "ok"]
    return tuple(
        Message(to, code, text)
        for code in codes
        for to, text in (
            ("operator", RESPONSES[code].operator),
            ("customer", RESPONSES[code].customer),
        )
        if text
    )


def _trace(
    whole: Sequence[Finding], lines: Sequence[LineDecision], findings: Sequence[Sequence[Finding]]
) -> tuple[dict[str, Any], ...]:
    rows = [_row(finding, None) for finding in whole]
    for line, found in zip(lines, findings, strict=True):
        rows += [_row(finding, line.asked.number) for finding in found]
    return tuple(rows)


def _row(finding: Finding, line: int | None) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "line": line,
        "code": finding.code,
        "outcome": str(finding.outcome),
        "inputs": finding.inputs,
    }
