"""The goods of an authorized return arrive: all of them, or fewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Caller
from apps.common.errors import Conflict, FieldError, Invalid
from apps.common.fields import format_quantity
from apps.common.money import cumulative_share
from apps.events.commands import News
from apps.refunds import services as refunds
from apps.refunds.commands import RefundContext, RefundPlan
from apps.returns.commands import Completion, ReceivedLine, ShownReturn
from apps.returns.locks import find_return, lock_return
from apps.returns.models import ConditionCode, CustomerReturn, ReturnLine
from apps.returns.policy import pricing
from apps.returns.policy.pricing import Worth
from apps.returns.selectors import show_return
from apps.returns.services import telling
from apps.returns.services.adjusting import replace_on_arrival, undo_rounding
from apps.returns.services.deciding import keeper_of, terms_of
from apps.returns.services.fees import Goods, Standards, change_on_arrival, fee_on_arrival
from apps.returns.services.receiving import Arrival, ArrivedLine, LeavingLine, receive_goods
from apps.returns.states import ReturnStatus
from apps.sales import services as sales
from apps.sales.commands import LineChange, LineOfSale, SaleFacts
from apps.sales.locks import load_sale


class NotAuthorized(Conflict):
    code = "return-not-authorized"


class QuantityExceeded(Conflict):
    code = "quantity-exceeded"


def complete_return(
    return_id: UUID, completion: Completion, *, caller: Caller, now: datetime
) -> ShownReturn:
    """Receive the goods, and send the money. Fewer goods than authorized: the rest is let go.

    NotFound for another shop's return, NotAuthorized when it is not waiting (any more),
    QuantityExceeded for more than was authorized, ConditionRefused for goods in a condition that
    the policy that decided does not take. Runs in its idempotency key's transaction.
    """
    customer_return = find_return(return_id, store_id=caller.store_id)
    lines, sold = lock_return(customer_return)
    if customer_return.status != ReturnStatus.AUTHORIZED or _is_over(customer_return, now):
        raise NotAuthorized("Only an authorized return that has not expired can be completed.")
    standards, promised = Standards.of(customer_return), _money(lines)
    changes, all_back = _receive_lines(lines, sold, completion, standards), False
    if customer_return.sale_id is not None:
        all_back = sales.change_lines(customer_return.sale_id, changes)
    ReturnLine.objects.bulk_update(lines, _RECEIVED)
    arrival = _arrival(customer_return, lines, all_back, now)
    received = receive_goods(arrival, caller=caller, now=now)
    customer_return.scope = received.scope
    context = _context(customer_return, caller, now)
    if _money(lines) == promised:
        _, facts, news = refunds.settle_planned(context, now=now)
    else:
        facts, news = _settle_anew(customer_return, lines, context, now=now)
    _close(customer_return, now)
    shown = show_return(customer_return)
    fact = telling.return_fact("return.completed", shown, operator=completion.operator)
    audit.record([fact, *facts], actor=caller.actor, now=now)
    telling.tell_return(
        "return.completed",
        shown,
        taxes=telling.taxes_of(lines, sold),
        more=[*received.news, *news],
        caller=caller,
        occurred_at=now,
        now=now,
    )
    return shown


_RECEIVED = [
    "received_quantity", "condition", "disposition", "net_minor", "tax_minor", "fee_minor",
    "refund_minor", "adjustment_minor", "taxes",
]  # fmt: skip


def _money(lines: Sequence[ReturnLine]) -> list[tuple[int, int, int]]:
    """Worth, fee and change of each line, to see whether they are still what was promised."""
    return [(line.refund_minor, line.fee_minor, line.adjustment_minor) for line in lines]


def _receive_lines(
    lines: Sequence[ReturnLine],
    sold: Mapping[int, LineOfSale],
    completion: Completion,
    standards: Standards,
) -> list[LineChange]:
    """Note what came of each line, and price anew the lines of which less came."""
    given = {line.number: line for line in completion.lines}
    if unknown := set(given) - {line.number for line in lines}:
        raise Invalid(f"The return has no line {min(unknown)}.")
    dispositions = _dispositions(completion)
    current = dict(sold)
    changes = []
    for line in lines:
        told = given.get(line.number)
        if line.sale_line_id is None or not line.authorized_quantity:
            _receive_unsold(line, told, dispositions, standards)
            continue
        change, current[line.sale_line_id] = _receive_line(
            line, current[line.sale_line_id], told, dispositions, standards
        )
        changes.append(change)
    if not any(line.received_quantity for line in lines):
        raise Invalid("Nothing was received: void the return instead.")
    return changes


def _receive_line(
    line: ReturnLine,
    sold: LineOfSale,
    given: ReceivedLine | None,
    dispositions: Mapping[str, str],
    standards: Standards,
) -> tuple[LineChange, LineOfSale]:
    promised = Worth(
        line.refund_minor, line.net_minor, line.tax_minor, tuple((t, m) for t, m in line.taxes)
    )
    authorized = line.authorized_quantity
    goods = Goods(line.condition, sold.category, sold.recalled)
    received = _note_arrival(line, given, dispositions)
    without = pricing.after(sold, -authorized, promised)
    worth = promised if received == authorized else pricing.price(without, received)
    line.fee_minor = fee_on_arrival(line, worth.refund, goods, standards)
    line.adjustment_minor = change_on_arrival(line, worth.refund)
    line.refund_minor, line.net_minor, line.tax_minor = worth.refund, worth.net, worth.tax
    line.taxes = [list(tax) for tax in worth.taxes]
    change = LineChange(
        sold.id,
        authorized=-authorized,
        returned=received,
        refunded_minor=worth.refund - promised.refund,
        taxes=_difference(promised, worth),
    )
    return change, pricing.after(without, received, worth)


def _receive_unsold(
    line: ReturnLine,
    given: ReceivedLine | None,
    dispositions: Mapping[str, str],
    standards: Standards,
) -> None:
    """A line without a sale: fewer goods are worth their share of what was promised."""
    authorized = line.authorized_quantity
    if line.item is None or not authorized:
        _note_arrival(line, given, dispositions)
        return
    goods = Goods(line.condition, line.item.category, line.item.recalled)
    received = _note_arrival(line, given, dispositions)
    worth = cumulative_share(line.refund_minor, Decimal(0), received, authorized, 0)
    line.fee_minor = fee_on_arrival(line, worth, goods, standards)
    line.adjustment_minor = change_on_arrival(line, worth)
    line.refund_minor = line.net_minor = worth


def _note_arrival(
    line: ReturnLine, given: ReceivedLine | None, dispositions: Mapping[str, str]
) -> Decimal:
    """How many came, and where they go."""
    received = authorized = line.authorized_quantity
    if given is not None:
        received = authorized if given.quantity is None else given.quantity
        if received > authorized:
            came, allowed = format_quantity(received), format_quantity(authorized)
            raise QuantityExceeded(f"Line {line.number}: {came} received, {allowed} authorized.")
        line.condition = given.condition or line.condition
        line.disposition = given.disposition or dispositions.get(given.condition, line.disposition)
    line.received_quantity = received
    return received


def _difference(old: Worth, new: Worth) -> tuple[tuple[int, int], ...]:
    before = dict(old.taxes)
    return tuple((tax_id, minor - before.get(tax_id, 0)) for tax_id, minor in new.taxes)


def _dispositions(completion: Completion) -> dict[str, str]:
    """Where goods in each stated condition go; Invalid for a condition nobody knows."""
    stated = {line.condition for line in completion.lines if line.condition}
    known = dict(ConditionCode.objects.filter(pk__in=stated).values_list("code", "disposition"))
    if unknown := stated - set(known):
        error = FieldError(
            "lines", "unknown-code", f"“{min(unknown)}” is not one of the condition codes."
        )
        raise Invalid("A condition is not known here.", errors=[error])
    return known


def _arrival(
    customer_return: CustomerReturn, lines: Sequence[ReturnLine], all_back: bool, now: datetime
) -> Arrival:
    exchange = customer_return.exchange_lines.select_related("item").order_by("number")
    return Arrival(
        return_id=customer_return.pk,
        sale_id=customer_return.sale_id,
        all_back=all_back,
        lines=tuple(
            ArrivedLine(
                line.number, line.item_id, line.sku, line.received_quantity, line.disposition
            )
            for line in lines
            if line.received_quantity and line.item_id is not None
        ),
        exchange=tuple(LeavingLine(e.number, e.item_id, e.item.sku, e.quantity) for e in exchange),
        reserved=True,
        occurred_at=now,
    )


def _close(customer_return: CustomerReturn, now: datetime) -> None:
    customer_return.status, customer_return.completed_at = ReturnStatus.COMPLETED, now
    customer_return.expires_at = None
    customer_return.save(
        update_fields=[
            "status", "completed_at", "expires_at", "scope", "line_total_minor", "fee_total_minor",
            "fees_kept_by", "adjustment_total_minor", "rounding_minor", "refund_total_minor", "due_minor",
        ]
    )  # fmt: skip
    customer_return.exchange_lines.update(reserved=False)


def _settle_anew(
    customer_return: CustomerReturn,
    lines: Sequence[ReturnLine],
    context: RefundContext,
    *,
    now: datetime,
) -> tuple[list[Fact], list[News]]:
    """Fewer goods, or goods in another condition: what was promised is taken back, and planned anew."""
    promised = refunds.release_planned(context.reference, now=now)
    undo_rounding(customer_return)
    sale = None
    if customer_return.sale_id is not None:
        sale = load_sale(customer_return.sale_id, [], lock=False)
    balance = _reckon(customer_return, lines, sale)
    plan = _plan(customer_return, max(0, balance), sale, promised)
    customer_return.rounding_minor = plan.rounding_minor
    customer_return.refund_total_minor = max(0, balance) + plan.rounding_minor
    customer_return.due_minor = max(0, -balance)
    replace_on_arrival(customer_return, lines, plan.rounded)
    _, facts, news = refunds.open_refunds(plan.refunds, context=context, settle=True, now=now)
    return facts, news


def _reckon(
    customer_return: CustomerReturn, lines: Sequence[ReturnLine], sale: SaleFacts | None
) -> int:
    """The totals of what arrived; what goes back, or negative, is to be paid."""
    worth = sum(line.refund_minor for line in lines)
    fees = sum(line.fee_minor for line in lines)
    changes = sum(line.adjustment_minor for line in lines)
    customer_return.line_total_minor, customer_return.fee_total_minor = worth, fees
    customer_return.adjustment_total_minor = changes
    rules = Standards.of(customer_return).rules
    customer_return.fees_kept_by = (
        keeper_of(rules, here=customer_return.store.number, sale=sale) if fees else ""
    )
    return worth - fees + changes - customer_return.exchange_total_minor


def _plan(
    customer_return: CustomerReturn, minor: int, sale: SaleFacts | None, promised: frozenset[int]
) -> RefundPlan:
    """As the return was planned: a card to which money was promised had been shown."""
    shop, rules = customer_return.store, Standards.of(customer_return).rules
    terms = terms_of(
        customer_return.refund_to, rules, sale=sale, shop=shop.cash_rounding, currency=shop.currency,
        present=promised,
    )  # fmt: skip
    return refunds.plan_refunds(minor, sale.tenders if sale else (), terms)


def _context(customer_return: CustomerReturn, caller: Caller, now: datetime) -> RefundContext:
    return telling.refund_context(
        customer_return.pk, customer_return.number, caller=caller, customer=customer_return.customer_ref,
        currency=customer_return.currency, occurred_at=now,
    )  # fmt: skip


def _is_over(customer_return: CustomerReturn, now: datetime) -> bool:
    return customer_return.expires_at is not None and customer_return.expires_at <= now
