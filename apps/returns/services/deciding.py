"""Gathering the facts and deciding, in one call: for a register that asks, and for one that waits."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from apps.common.caller import Caller
from apps.common.money import CashRounding
from apps.refunds import services as refunds
from apps.refunds.commands import PlanTerms, RefundPlan
from apps.returns.commands import (
    AskedAdjustment,
    AskedExchange,
    AskedLine,
    AskReturn,
    DecidedOffline,
    Message,
)
from apps.returns.models import CustomerReturn
from apps.returns.policy import Decision, Facts, decide
from apps.returns.policy.codes import RESPONSES
from apps.returns.policy.settings import Rules
from apps.returns.policy.settings.money import Keeper
from apps.returns.services.gathering import (
    Desk,
    Moment,
    customer_of,
    gather_facts,
    moment_of,
    returner_of,
)
from apps.returns.states import AdjustmentKind
from apps.sales.commands import SaleFacts, SaleKey

_NATURAL_KEY = 4
"""Parts of a natural key as `rows.receipt_named` writes it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A return in the making: what was asked, when, and what was decided on which facts."""

    ask: AskReturn
    moment: Moment
    now: datetime
    facts: Facts
    decision: Decision
    plan: RefundPlan

    @property
    def refund_total(self) -> int:
        """What goes back, cash as it is paid out."""
        return self.decision.refund_total + self.plan.rounding_minor

    @property
    def fees_kept_by(self) -> str:
        """The number of the shop; empty without a fee."""
        facts = self.facts
        fee = self.decision.fee_total
        return keeper_of(facts.rules, here=facts.store_number, sale=facts.sale) if fee else ""

    @property
    def kind(self) -> str:
        return self.facts.kind

    @property
    def currency(self) -> str:
        return self.facts.sale.currency if self.facts.sale else self.facts.store_currency

    @property
    def customer(self) -> str:
        return customer_of(self.ask, self.facts.sale)

    @property
    def card_fingerprint(self) -> str:
        return returner_of(self.ask, self.facts.sale).card_fingerprint

    @property
    def messages(self) -> tuple[Message, ...]:
        if not self.moment.clock_suspect:
            return self.decision.messages
        late = Message("operator", "clock-suspect", RESPONSES["clock-suspect"].operator)
        return (*self.decision.messages, late)


def decide_return(ask: AskReturn, *, caller: Caller, now: datetime, lock: bool) -> Case:
    """What a register asks for, decided now; with `lock`, what it rests on is held."""
    moment = moment_of(ask.occurred_at, caller=caller, now=now)
    desk = Desk.of_caller(caller)
    facts = gather_facts(ask, desk=desk, at=moment.decides_at, lock=lock)
    decision = decide(facts)
    return Case(ask, moment, now, facts, decision, plan_for(ask, facts, decision))


def decide_again(
    customer_return: CustomerReturn, *, waived: frozenset[str], now: datetime, lock: bool = True
) -> Case:
    """A return that waits, decided anew by what is true now, with these codes allowed by a manager.

    Call it under `lock_return`, which takes the sale first. The time that decides is the one that
    decided first, so that a return does not become too late while it waits for its manager.
    """
    ask = ask_of(customer_return)
    first = customer_return.received_at if customer_return.clock_suspect else None
    at = first or customer_return.occurred_at
    moment = Moment(customer_return.occurred_at, at, customer_return.clock_suspect)
    facts = gather_facts(
        ask, desk=Desk.of_return(customer_return), at=at, lock=lock, own=customer_return.pk
    )
    decision = decide(facts, waived)
    return Case(ask, moment, now, facts, decision, plan_for(ask, facts, decision))


def plan_for(ask: AskReturn, facts: Facts, decision: Decision) -> RefundPlan:
    """Where the money of an approved return goes; of any other, nowhere."""
    if not decision.approved or not decision.refund_total:
        return RefundPlan()
    tenders = facts.sale.tenders if facts.sale else ()
    card = ask.card_fingerprint
    present = frozenset(one.id for one in tenders if card and one.card_fingerprint == card)
    terms = terms_of(
        decision.refund_to, facts.rules, sale=facts.sale, shop=facts.store_cash,
        currency=facts.store_currency, present=present,
    )  # fmt: skip
    return refunds.plan_refunds(decision.refund_total, tenders, terms)


def terms_of(
    to: str,
    rules: Rules | None,
    *,
    sale: SaleFacts | None,
    shop: CashRounding,
    currency: str,
    present: frozenset[int],
) -> PlanTerms:
    """As the policy has it; coins are rounded as the sale was, or as the shop does."""
    rounds = sale.cash_rounding if sale and sale.cash_rounding.increment else shop
    if rules is None:
        return PlanTerms(to, present=present, cash=rounds)
    settings = rules.refunds
    instead = settings.cash_instead.of(currency) or 0
    return PlanTerms(to, settings.strategy, instead, present, rounds)


def keeper_of(rules: Rules | None, *, here: str, sale: SaleFacts | None) -> str:
    """The number of the shop whose income fees are; `here` is the one that takes the goods."""
    selling = rules is not None and rules.refunds.fees_kept_by == Keeper.SELLING
    return sale.store_number if selling and sale is not None else here


def ask_of(customer_return: CustomerReturn) -> AskReturn:
    """What was asked when the return was made, from its rows."""
    changes = {
        one.line_number: AskedAdjustment(one.amount_minor, one.reason)
        for one in customer_return.adjustments.filter(kind=AdjustmentKind.MANUAL)
    }
    offline = None
    if customer_return.offline_data_at is not None:
        offline = DecidedOffline(customer_return.offline_outcome, customer_return.offline_data_at)
    return AskReturn(
        sale=_key_of(customer_return),
        lines=tuple(
            AskedLine(
                line.number, line.sale_line_number, line.sku if not line.sale_line_id else "",
                line.requested_quantity, line.reason, line.condition, line.serial_number,
                changes.get(line.number),
            )
            for line in customer_return.lines.order_by("number")
        ),
        exchange=tuple(
            AskedExchange(line.number, line.item.sku, line.quantity, line.unit_price_minor)
            for line in customer_return.exchange_lines.select_related("item").order_by("number")
        ),
        refund_to=customer_return.refund_to,
        operator=customer_return.operator_ref,
        customer=customer_return.customer_ref,
        occurred_at=customer_return.occurred_at,
        complete=False,
        gift_receipt=customer_return.kind == "gift_receipt",
        id_hash=customer_return.id_hash,
        card_fingerprint=customer_return.card_fingerprint,
        offline=offline,
    )  # fmt: skip


def _key_of(customer_return: CustomerReturn) -> SaleKey | None:
    """A receipt that was not known may have arrived meanwhile: it is looked up once more."""
    named = customer_return.receipt_number
    if not named:
        return None
    parts = named.split("/")
    if customer_return.sale_id is None and len(parts) == _NATURAL_KEY:
        store, terminal, day, sequence = parts
        with suppress(ValueError):  # a receipt number may look like this
            return SaleKey("", store, terminal, date.fromisoformat(day), int(sequence))
    return SaleKey(receipt_number=named)
