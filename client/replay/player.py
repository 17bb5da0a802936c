"""Plays one invoice the way a register would, and remembers what came of it."""

from __future__ import annotations

from decimal import Decimal

from client.api import ReturnsClient
from client.errors import ProblemError
from client.replay.classify import Category
from client.replay.invoices import Entry, Invoice
from client.replay.journal import Journal, Outcome, Part, Plan
from client.replay.matching import read_candidates, split_by_sale, take_units
from client.replay.messages import (
    line_id,
    quantity_text,
    return_body,
    return_key,
    sale_body,
    sale_key,
)
from client.replay.registers import Registers
from client.replay.tally import (
    ALREADY_THERE,
    APPROVED,
    CONFLICT,
    NEW,
    REFUSED,
    Tally,
    category_of,
)
from client.transport import Answer, JsonObject

# What is wrong with one request is counted and the rest goes on. Anything else (who are you,
# not allowed, server down) would be the same for all the others: the run stops.
REFUSALS_OF_ONE_REQUEST = frozenset({400, 404, 409, 413, 415, 422})


class Player:
    """One worker's player; it counts into its own tally."""

    def __init__(self, registers: Registers, journal: Journal, tally: Tally) -> None:
        self._registers = registers
        self._journal = journal
        self._before = journal.before
        self.tally = tally

    def play(self, invoice: Invoice) -> None:
        """Send what the journal does not hold as answered, and count all of the invoice."""
        if invoice.entries and invoice.cancels:
            for entry in invoice.entries:
                self._play_cancellation(invoice, entry)
        elif invoice.entries:
            status = self._before.sales.get(invoice.number) or self._send_sale(invoice)
            self.tally.count_sale(status, len(invoice.entries))
        self.tally.invoices += 1

    def _send_sale(self, invoice: Invoice) -> str:
        register = self._registers.register_for(invoice)
        try:
            answer = register.sales_create(sale_body(invoice), key=sale_key(invoice.number))
        except ProblemError as problem:
            status = CONFLICT if problem.code == "sale-conflict" else self._refusal(problem)
        else:
            status = ALREADY_THERE if answer.status == 200 or answer.replayed else NEW
        if status != REFUSED:
            self._journal.write_sale(invoice.number, status)
        return status

    def _play_cancellation(self, invoice: Invoice, entry: Entry) -> None:
        wanted = -entry.quantity
        if invoice.customer is None:
            self.tally.count_cancellation(Category.CANCEL_NO_CUSTOMER, wanted, Decimal(0))
            return
        try:
            plan = self._plan(invoice, entry, wanted)
        except ProblemError as problem:
            self._refusal(problem)
            self.tally.count_cancellation(Category.CANCEL_REFUSED, wanted, Decimal(0))
            return
        outcomes = self._play_parts(self._registers.register_for(invoice), plan)
        for outcome in outcomes:
            self.tally.count_return(outcome)
        self.tally.count_cancellation(category_of(plan, outcomes), wanted, plan.matched)

    def _plan(self, invoice: Invoice, entry: Entry, wanted: Decimal) -> Plan:
        """The plan of an earlier run, or a new one that is on disk before anything is sent."""
        name = line_id(invoice.number, entry.position)
        if name in self._before.plans:
            return self._before.plans[name]
        sales = self._registers.register_for(invoice).sales_search(
            customer=invoice.customer, sku=entry.sku, sold_to=invoice.at.isoformat()
        )
        takes = take_units(read_candidates(sales, entry.sku), wanted, entry.unit_price)
        parts = tuple(
            Part(
                key=return_key(name, part),
                body=return_body(invoice, receipt, group),
                units=quantity_text(sum((take.quantity for take in group), Decimal(0))),
            )
            for part, (receipt, group) in enumerate(split_by_sale(takes), 1)
        )
        plan = Plan(quantity_text(wanted), parts)
        self._journal.write_plan(name, plan)
        return plan

    def _play_parts(self, register: ReturnsClient, plan: Plan) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for part in plan.parts:
            outcome = self._before.outcomes.get(part.key) or self._send_return(register, part)
            outcomes.append(outcome)
            # The key was used for another plan: an earlier run played this line. No more of it.
            if outcome.status == ALREADY_THERE:
                break
        return outcomes

    def _send_return(self, register: ReturnsClient, part: Part) -> Outcome:
        try:
            answer = register.submit_return(part.body, key=part.key)
        except ProblemError as problem:
            if problem.code != "idempotency-key-reused":
                return Outcome(self._refusal(problem))
            outcome = Outcome(ALREADY_THERE)
        else:
            outcome = read_outcome(answer)
        self._journal.write_outcome(part.key, outcome)
        return outcome

    def _refusal(self, problem: ProblemError) -> str:
        if problem.status not in REFUSALS_OF_ONE_REQUEST:
            raise problem
        self.tally.refused[str(problem.code)] += 1
        return REFUSED


def read_outcome(answer: Answer) -> Outcome:
    """What a return's answer says: its status, the codes that denied it, the money per tender."""
    data: JsonObject = answer.data
    completed = data["status"] == "completed"
    codes = {code for line in data["lines"] for code in line["codes"]} - {"ok"}
    return Outcome(
        status=APPROVED if completed else data["status"],
        codes="" if completed else "+".join(sorted(codes)),
        refunds=tuple((refund["kind"], refund["amount"]) for refund in data["refunds"]),
    )
