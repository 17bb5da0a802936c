"""One past return under two wordings: the one that decided it, and the one that is tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.returns.models import PolicyVersion
from apps.returns.policy import Decision, Facts, Rulebook, decide
from apps.returns.policy.settings import Rules
from apps.returns.services.past import Past, facts_under, outcome_after
from apps.returns.states import RANK, Outcome


@dataclass(frozen=True, slots=True)
class Compared:
    """What was said and what would be; amounts in minor units of `currency`.

    `rebuilt` False: under the rules that decided, today's knowledge does not come to what was said.
    """

    past: Past
    facts: Facts
    decision: Decision
    before: str
    after: str
    code: str
    currency: str
    before_minor: int
    after_minor: int
    rebuilt: bool

    @property
    def changed(self) -> bool:
        return (self.before, self.before_minor) != (self.after, self.after_minor)


def compare(cases: Sequence[Past], book: Rulebook) -> list[Compared]:
    """Each case decided twice, by the version that decided it and by `book`."""
    then = [book_of(one.what.policy_version) for one in cases]
    old = facts_under(cases, then)
    new = facts_under(cases, [book] * len(cases))
    return [
        _compared(one, decide(before, one.waived), after)
        for one, before, after in zip(cases, old, new, strict=True)
    ]


def book_of(version: PolicyVersion | None) -> Rulebook | None:
    """A version as a decision takes it."""
    if version is None:
        return None
    return make_book(version, version.rules)


def make_book(version: PolicyVersion, rules: object) -> Rulebook:
    """A version with these rules."""
    assert isinstance(rules, dict)
    return Rulebook(version.pk, version.policy.name, version.version, Rules.from_json(rules))


def _compared(past: Past, old: Decision, facts: Facts) -> Compared:
    what, sale, new = past.what, facts.sale, decide(facts, past.waived)
    before, after = outcome_after(past, old.outcome), outcome_after(past, new.outcome)
    speaks = old if RANK[before] > RANK[after] else new
    return Compared(
        past,
        facts,
        new,
        what.decision,
        str(after),
        main_code(speaks),
        sale.currency if sale else facts.store_currency,
        _money(old, before),
        _money(new, after),
        rebuilt=str(before) == what.decision,
    )


def main_code(decision: Decision) -> str:
    """The first code that made it what it is; `ok` when nothing speaks."""
    outcome = str(decision.outcome)
    codes = [row["code"] for row in decision.trace if row["outcome"] == outcome]
    return next((code for code in codes if code != "ok"), "ok")


def _money(decision: Decision, outcome: Outcome) -> int:
    """What goes back to the customer; nothing as long as it is not allowed."""
    return decision.refund_total if outcome == Outcome.APPROVED else 0
