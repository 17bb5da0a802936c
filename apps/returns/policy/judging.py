"""What the rules find of each line, and what sets a finding aside. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from apps.returns.policy import pricing, rules
from apps.returns.policy.facts import Facts, LineFacts
from apps.returns.policy.findings import RECALLED, Finding
from apps.returns.policy.pricing import Worth
from apps.returns.states import RANK, Outcome
from apps.sales.commands import LineOfSale


@dataclass(frozen=True, slots=True)
class Judged:
    """A line with what its own rules found, before the return's sum is known."""

    facts: LineFacts
    findings: tuple[Finding, ...]
    worth: Worth

    @property
    def recalled(self) -> bool:
        return any(one.code == RECALLED for one in self.findings)


def judge_lines(facts: Facts, whole: Sequence[Finding], waived: frozenset[str]) -> list[Judged]:
    """A line that is refused takes nothing from those after it."""
    current: dict[int, LineOfSale] = {}
    claimed: dict[int, Decimal] = defaultdict(Decimal)
    judged = []
    for line in facts.lines:
        taken = claimed[line.sold.id] if line.sold else Decimal(0)
        findings = _line_findings(line, facts, taken, waived)
        one = Judged(line, findings, Worth())
        sold, refused = line.sold, line_outcome(one, whole) == Outcome.DENIED
        if sold is not None and not refused:
            sold = current.get(sold.id, sold)
            worth = pricing.price(sold, line.asked.quantity)
            one = _with_worth(one, worth, facts, waived)
            if line_outcome(one, whole) != Outcome.DENIED:
                current[sold.id] = pricing.after(sold, line.asked.quantity, worth)
                claimed[sold.id] += line.asked.quantity
        elif not refused:
            worth = pricing.price_without_sale(line.lowest_minor, line.asked.quantity)
            one = _with_worth(one, worth, facts, waived)
        judged.append(one)
    return judged


def _with_worth(line: Judged, worth: Worth, facts: Facts, waived: frozenset[str]) -> Judged:
    """The fee, of which recalled goods bear none, and what staff changes then."""
    if not line.recalled:
        fee, finding = rules.restocking_fee(line.facts, facts, worth)
        worth, line = replace(worth, fee=fee), _found(line, finding)
    finding, change = rules.adjustment(line.facts, facts, worth), line.facts.asked.adjustment
    if finding is not None and change is not None:
        worth = replace(worth, adjustment=change.minor)
        line = _found(line, waive(finding, waived))
    return replace(line, worth=worth)


def _found(line: Judged, finding: Finding | None) -> Judged:
    return replace(line, findings=(*line.findings, finding)) if finding else line


def _line_findings(
    line: LineFacts, facts: Facts, claimed: Decimal, waived: frozenset[str]
) -> tuple[Finding, ...]:
    found = asked([
        rules.line_belongs(line, facts),
        rules.quantity_left(line, claimed),
        *(rule(line, facts) for rule in rules.OF_LINES),
    ])  # fmt: skip
    found = [waive(one, waived) for one in found]
    if any(one.code == RECALLED for one in found):
        found = [overrule(one) for one in found]
    return tuple(found)


def exchange_findings(facts: Facts) -> list[Finding]:
    claimed: dict[str, Decimal] = defaultdict(Decimal)
    found = []
    for exchange in facts.exchange:
        found.append(rules.exchange_stock(exchange, claimed[exchange.asked.sku]))
        claimed[exchange.asked.sku] += exchange.asked.quantity
    return found


def line_outcome(line: Judged, whole: Sequence[Finding]) -> Outcome:
    return worst([*applying(line, whole), *line.findings])


def applying(line: Judged, whole: Sequence[Finding]) -> list[Finding]:
    """What counts of the whole for this line: for recalled goods only hard facts."""
    return [overrule(one) for one in whole] if line.recalled else list(whole)


def waive(finding: Finding, waived: frozenset[str]) -> Finding:
    may = finding.found in (Outcome.NEEDS_OVERRIDE, Outcome.CONTINGENT)
    return replace(finding, waived=True) if may and finding.code in waived else finding


def overrule(finding: Finding) -> Finding:
    if finding.found == Outcome.APPROVED or finding.firm:
        return finding
    return replace(finding, overruled=True)


def asked(findings: Iterable[Finding | None]) -> list[Finding]:
    return [one for one in findings if one is not None]


def worst(findings: Sequence[Finding]) -> Outcome:
    return max((finding.outcome for finding in findings), key=RANK.__getitem__)
