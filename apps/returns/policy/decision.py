"""`decide(facts)`: every rule in turn, the worst outcome wins, and a trace that an auditor can read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from apps.common.money import extended_price
from apps.returns.commands import AskedLine, Message
from apps.returns.policy import pricing, rules
from apps.returns.policy.codes import RESPONSES
from apps.returns.policy.dispositions import disposition_of
from apps.returns.policy.facts import ExchangeFacts, Facts, LineFacts
from apps.returns.policy.findings import RECALLED, Finding
from apps.returns.policy.pricing import Totals, Worth
from apps.returns.states import RANK, Outcome, RefundTo
from apps.sales.commands import LineOfSale


@dataclass(frozen=True, slots=True)
class LineDecision:
    """One line's outcome, its codes (worst first), where the goods go, and what they are worth."""

    facts: LineFacts
    outcome: Outcome
    codes: tuple[str, ...]
    disposition: str
    worth: Worth

    @property
    def asked(self) -> AskedLine:
        return self.facts.asked

    @property
    def sold(self) -> LineOfSale | None:
        return self.facts.sold

    @property
    def sku(self) -> str:
        return self.facts.goods.sku if self.facts.goods else self.asked.sku

    @property
    def item_id(self) -> int | None:
        return self.facts.goods.item_id if self.facts.goods else None

    @property
    def refused(self) -> bool:
        """Stays with the customer, whatever becomes of the other lines."""
        return self.outcome == Outcome.DENIED


@dataclass(frozen=True, slots=True)
class ExchangeDecision:
    facts: ExchangeFacts
    total: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, with everything it rests on. `refund_to` is where the money may go."""

    outcome: Outcome
    lines: tuple[LineDecision, ...]
    exchange: tuple[ExchangeDecision, ...]
    messages: tuple[Message, ...]
    trace: tuple[dict[str, Any], ...]
    refund_to: str

    @property
    def approved(self) -> bool:
        return self.outcome == Outcome.APPROVED

    @property
    def denied(self) -> bool:
        """Neither approved nor waiting for a word."""
        return self.outcome == Outcome.DENIED

    @property
    def taken(self) -> tuple[LineDecision, ...]:
        """The lines that come back, or will if it is allowed."""
        return () if self.denied else tuple(line for line in self.lines if not line.refused)

    @property
    def line_total(self) -> int:
        """What the goods are worth, in minor units."""
        return sum(line.worth.refund for line in self.lines)

    @property
    def fee_total(self) -> int:
        return sum(line.worth.fee for line in self.lines)

    @property
    def exchange_total(self) -> int:
        return 0 if self.denied else sum(line.total for line in self.exchange)

    @property
    def refund_total(self) -> int:
        return max(0, self.line_total - self.fee_total - self.exchange_total)

    @property
    def due(self) -> int:
        return max(0, self.exchange_total - (self.line_total - self.fee_total))


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
    whole = _asked(rule(facts) for rule in rules.OF_THE_WHOLE)
    whole = [_waive(one, waived) for one in [*whole, *_exchange_findings(facts)]]
    lines = _judge_lines(facts, whole, waived)
    totals = _totals(lines)
    sums = _asked(rule(facts, totals) for rule in rules.OF_THE_SUM)
    whole += [_waive(one, waived) for one in sums]
    if all(line.recalled for line in lines):
        whole = [_overrule(one) for one in whole]
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


@dataclass(frozen=True, slots=True)
class _Judged:
    """A line with what its own rules found, before the return's sum is known."""

    facts: LineFacts
    findings: tuple[Finding, ...]
    worth: Worth

    @property
    def recalled(self) -> bool:
        return any(one.code == RECALLED for one in self.findings)


def _judge_lines(facts: Facts, whole: Sequence[Finding], waived: frozenset[str]) -> list[_Judged]:
    """A line that is refused takes nothing from those after it."""
    current: dict[int, LineOfSale] = {}
    claimed: dict[int, Decimal] = defaultdict(Decimal)
    judged = []
    for line in facts.lines:
        taken = claimed[line.sold.id] if line.sold else Decimal(0)
        findings = _line_findings(line, facts, taken, waived)
        one = _Judged(line, findings, Worth())
        sold, refused = line.sold, _line_outcome(one, whole) == Outcome.DENIED
        if sold is not None and not refused:
            sold = current.get(sold.id, sold)
            worth = pricing.price(sold, line.asked.quantity)
            current[sold.id] = pricing.after(sold, line.asked.quantity, worth)
            claimed[sold.id] += line.asked.quantity
            one = _with_worth(one, worth, facts)
        elif not refused:
            worth = pricing.price_without_sale(line.lowest_minor, line.asked.quantity)
            one = _with_worth(one, worth, facts)
        judged.append(one)
    return judged


def _with_worth(line: _Judged, worth: Worth, facts: Facts) -> _Judged:
    """Recalled goods bear no fee."""
    if line.recalled:
        return replace(line, worth=worth)
    fee, finding = rules.restocking_fee(line.facts, facts, worth)
    findings = (*line.findings, finding) if finding else line.findings
    return replace(line, worth=replace(worth, fee=fee), findings=findings)


def _line_findings(
    line: LineFacts, facts: Facts, claimed: Decimal, waived: frozenset[str]
) -> tuple[Finding, ...]:
    found = _asked([
        rules.line_belongs(line, facts),
        rules.quantity_left(line, claimed),
        *(rule(line, facts) for rule in rules.OF_LINES),
    ])  # fmt: skip
    found = [_waive(one, waived) for one in found]
    if any(one.code == RECALLED for one in found):
        found = [_overrule(one) for one in found]
    return tuple(found)


def _exchange_findings(facts: Facts) -> list[Finding]:
    claimed: dict[str, Decimal] = defaultdict(Decimal)
    found = []
    for exchange in facts.exchange:
        found.append(rules.exchange_stock(exchange, claimed[exchange.asked.sku]))
        claimed[exchange.asked.sku] += exchange.asked.quantity
    return found


def _decide_line(line: _Judged, whole: Sequence[Finding], facts: Facts) -> LineDecision:
    outcome = _line_outcome(line, whole)
    speaking = [*_applying(line, whole), *line.findings]
    refused = outcome == Outcome.DENIED
    return LineDecision(
        line.facts,
        outcome,
        _codes(speaking),
        "" if refused else disposition_of(line.facts, facts),
        Worth() if refused else line.worth,
    )


def _line_outcome(line: _Judged, whole: Sequence[Finding]) -> Outcome:
    return _worst([*_applying(line, whole), *line.findings])


def _applying(line: _Judged, whole: Sequence[Finding]) -> list[Finding]:
    """What counts of the whole for this line: for recalled goods only hard facts."""
    return [_overrule(one) for one in whole] if line.recalled else list(whole)


def _outcome(lines: Sequence[LineDecision], facts: Facts, any_recalled: bool) -> Outcome:
    """The worst line's; where lines may be split, of those that are not refused.

    Recalled goods are taken in every case, so they are never held back by their neighbours.
    """
    outcomes = [line.outcome for line in lines]
    splits = any_recalled or (facts.rules is not None and facts.rules.splitting.allowed)
    if splits:
        outcomes = [one for one in outcomes if one != Outcome.DENIED] or outcomes
    return max(outcomes, key=RANK.__getitem__)


def _totals(lines: Sequence[_Judged]) -> Totals:
    return Totals(sum(line.worth.to_customer for line in lines if not line.recalled))


def _without_worth(line: LineDecision) -> LineDecision:
    return replace(line, worth=Worth())


def _waive(finding: Finding, waived: frozenset[str]) -> Finding:
    may = finding.found in (Outcome.NEEDS_OVERRIDE, Outcome.CONTINGENT)
    return replace(finding, waived=True) if may and finding.code in waived else finding


def _overrule(finding: Finding) -> Finding:
    if finding.found == Outcome.APPROVED or finding.firm:
        return finding
    return replace(finding, overruled=True)


def _asked(findings: Iterable[Finding | None]) -> list[Finding]:
    return [one for one in findings if one is not None]


def _worst(findings: Sequence[Finding]) -> Outcome:
    return max((finding.outcome for finding in findings), key=RANK.__getitem__)


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


def _trace(whole: Sequence[Finding], lines: Sequence[_Judged]) -> tuple[dict[str, Any], ...]:
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
