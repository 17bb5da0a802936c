"""What a decision comes to: for the return, for each line, and for the goods that go out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.returns.commands import AskedLine, Message
from apps.returns.policy.facts import ExchangeFacts, LineFacts
from apps.returns.policy.pricing import Worth
from apps.returns.states import Outcome
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
    def adjustment_total(self) -> int:
        """What staff gave more or, negative, less."""
        return sum(line.worth.adjustment for line in self.lines)

    @property
    def exchange_total(self) -> int:
        return 0 if self.denied else sum(line.total for line in self.exchange)

    @property
    def refund_total(self) -> int:
        """What goes back, before cash is rounded."""
        return max(0, self._balance)

    @property
    def due(self) -> int:
        """What the customer pays on top."""
        return max(0, -self._balance)

    @property
    def _balance(self) -> int:
        return self.line_total - self.fee_total + self.adjustment_total - self.exchange_total
