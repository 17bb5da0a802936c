"""Trying a version on one return, past or made up. Nothing is written, and nothing is held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.returns.commands import AskReturn
from apps.returns.models import CustomerReturn, PolicyVersion
from apps.returns.policy import Decision, Facts, decide
from apps.returns.services.comparing import Compared, book_of, compare
from apps.returns.services.gathering import Desk, gather_facts
from apps.returns.services.past import PARTS, RELATED, load_past
from apps.stores.models import Store


@dataclass(frozen=True, slots=True)
class Tried:
    """What a version comes to; `compared` beside what was said, for a past return."""

    version: PolicyVersion
    facts: Facts
    decision: Decision
    compared: Compared | None = None

    @property
    def currency(self) -> str:
        return self.facts.sale.currency if self.facts.sale else self.facts.store_currency


def try_past(return_id: UUID, version: PolicyVersion) -> Tried:
    """A past return under this version, on the facts as they were then."""
    rows = CustomerReturn.objects.select_related(*RELATED).prefetch_related(*PARTS)
    (past,) = load_past([rows.get(pk=return_id)])
    book = book_of(version)
    assert book is not None
    (one,) = compare([past], book)
    return Tried(version, one.facts, one.decision, one)


def try_ask(ask: AskReturn, *, shop: Store, version: PolicyVersion, at: datetime) -> Tried:
    """What a register of the shop would be answered at that time, were this version in force.

    Invalid for a reason or condition that is not known here.
    """
    desk = Desk.of_store(shop)
    facts = gather_facts(ask, desk=desk, at=at, lock=False, under=book_of(version))
    return Tried(version, facts, decide(facts))
