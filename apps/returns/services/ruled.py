"""Writing down what became of a return that a manager ruled on, and telling it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.common.errors import StaleState
from apps.events import services as events
from apps.events.commands import News, Place
from apps.refunds import services as refunds
from apps.refunds.commands import RefundContext
from apps.returns.commands import TaxesOfLines, reference_of
from apps.returns.locks import find_return
from apps.returns.models import CustomerReturn, Override, ReturnLine
from apps.returns.selectors import show_return
from apps.returns.services import rows, telling
from apps.returns.services.adjusting import replace_adjustments
from apps.returns.services.deciding import Case
from apps.returns.services.submitting import hold, waiting_time
from apps.returns.states import Outcome, ReturnStatus

REFUSED = "manager-refused"
ABOVE_LIMIT = "adjustment-above-limit"
_LINE_FIELDS = {
    "sale_line_id": "sale_line_id",
    "item_id": "item_id",
    "sku": "sku",
    "authorized_quantity": "authorized",
    "disposition": "disposition",
    "net_minor": "net",
    "tax_minor": "tax",
    "fee_minor": "fee",
    "adjustment_minor": "adjustment",
    "refund_minor": "refund",
    "taxes": "taxes",
    "outcome": "outcome",
    "codes": "codes",
}
"""Field of a line, and what it is called in `rows.line_rows`."""
_WORTH_NOTHING = {
    "line_total_minor": 0,
    "fee_total_minor": 0,
    "fees_kept_by": "",
    "adjustment_total_minor": 0,
    "rounding_minor": 0,
    "exchange_total_minor": 0,
    "refund_total_minor": 0,
    "due_minor": 0,
}


@dataclass(frozen=True, slots=True)
class Word:
    """A manager's word, as the trail and the other systems hear of it; `amount` in minor units."""

    allowed: bool
    approver: str
    method: str
    codes: tuple[str, ...]
    amount: int
    reason: str
    actor: Actor

    @property
    def told(self) -> dict[str, Any]:
        return {
            "allowed": self.allowed,
            "approver": self.approver,
            "method": self.method,
            "codes": list(self.codes),
            "reason": self.reason,
        }


def write_allowed(
    customer_return: CustomerReturn, case: Case, waived: list[str], word: Word, *, now: datetime
) -> None:
    """Decided again: authorized and held as if it had been so at once, denied, or still waiting."""
    status = _status_of(case)
    approved = status == ReturnStatus.AUTHORIZED
    if approved:
        hold(case, customer_return.store_id)
    until = waiting_time(case, status) if approved else None
    if status == ReturnStatus.NEEDS_OVERRIDE:
        until = customer_return.expires_at
    scope = "partial" if approved else ""
    values = _values(case) | {"waived": waived, "expires_at": until, "scope": scope}
    _update(customer_return, status, values)
    _update_lines(customer_return, case)
    replace_adjustments(customer_return, case, approved_by=_who_allowed(customer_return))
    if case.decision.denied:
        customer_return.exchange_lines.all().delete()
    elif approved:
        customer_return.exchange_lines.update(reserved=True)
    facts, news = _open_refunds(customer_return, case, now) if approved else ([], [])
    _tell(customer_return, word, rows.taxes_by_line(case.decision), facts, news, now)


def write_refused(customer_return: CustomerReturn, word: Word, *, now: datetime) -> None:
    """Denied by a person: worth nothing any more, as if a rule had said so."""
    inputs = {"approver": word.approver, "method": word.method, "reason": word.reason}
    row = {"rule": "manager", "line": None, "code": REFUSED, "outcome": "denied", "inputs": inputs}
    why = [m for m in customer_return.messages if m["to"] == "operator"]
    said = [{"to": to, "code": REFUSED} for to in ("operator", "customer")]
    values = _WORTH_NOTHING | {
        "decision": Outcome.DENIED,
        "expires_at": None,
        "messages": said + why,
        "trace": [row, *customer_return.trace],
    }
    _update(customer_return, ReturnStatus.DENIED, values)
    for line in customer_return.lines.all():
        line.outcome, line.codes, line.disposition = Outcome.DENIED, [REFUSED, *line.codes], ""
        line.net_minor = line.tax_minor = line.fee_minor = line.refund_minor = 0
        line.adjustment_minor = 0
        line.taxes = []
        line.save()
    customer_return.adjustments.all().delete()
    customer_return.exchange_lines.all().delete()
    _tell(customer_return, word, {}, [], [], now)


def _who_allowed(customer_return: CustomerReturn) -> str:
    """Who allowed that an amount was changed by more than an operator may; empty: nobody."""
    word = Override.objects.filter(
        customer_return=customer_return, response_code=ABOVE_LIMIT, allowed=True
    )
    return word.values_list("approved_by", flat=True).first() or ""


def _status_of(case: Case) -> ReturnStatus:
    if case.decision.denied:
        return ReturnStatus.DENIED
    return ReturnStatus.AUTHORIZED if case.decision.approved else ReturnStatus.NEEDS_OVERRIDE


def _values(case: Case) -> dict[str, Any]:
    """What may be another than when it was decided first; what was asked, and when, stays."""
    told = rows.return_values(case)
    return {
        "sale_id": told["sale"],
        "receipt_number": told["receipt"],
        "kind": told["kind"],
        "purchase_channel": told["channel"],
        "decision": told["decision"],
        "policy_version_id": told["policy_version"],
        "customer_ref": told["customer"],
        "refund_to": told["refund_to"],
        "currency": told["currency"],
        "line_total_minor": told["line_total"],
        "fee_total_minor": told["fee_total"],
        "fees_kept_by": told["fees_kept_by"],
        "adjustment_total_minor": told["adjustment_total"],
        "rounding_minor": told["rounding"],
        "exchange_total_minor": told["exchange_total"],
        "refund_total_minor": told["refund_total"],
        "due_minor": told["due"],
        "card_fingerprint": told["card_fingerprint"],
        "messages": told["messages"],
        "trace": told["trace"],
    }


def _update(customer_return: CustomerReturn, status: str, values: dict[str, Any]) -> None:
    waiting = CustomerReturn.objects.filter(
        pk=customer_return.pk, status=ReturnStatus.NEEDS_OVERRIDE
    )
    if not waiting.update(status=status, **values):
        raise StaleState("The return does not wait any more.")


def _update_lines(customer_return: CustomerReturn, case: Case) -> None:
    decided = {row["number"]: row for row in rows.line_rows(case.decision, arrived=False)}
    lines = list(customer_return.lines.all())
    for line in lines:
        for field, name in _LINE_FIELDS.items():
            setattr(line, field, decided[line.number][name])
    ReturnLine.objects.bulk_update(lines, [field.removesuffix("_id") for field in _LINE_FIELDS])


def _open_refunds(
    customer_return: CustomerReturn, case: Case, now: datetime
) -> tuple[list[Fact], list[News]]:
    context = RefundContext(
        reference=reference_of(customer_return.pk),
        label=customer_return.number,
        store_id=customer_return.store_id,
        store_number=customer_return.store.number,
        terminal_number=customer_return.terminal.number,
        customer=case.customer,
        currency=case.currency,
        occurred_at=case.moment.occurred_at,
    )
    _, facts, news = refunds.open_refunds(case.plan.refunds, context=context, settle=False, now=now)
    return facts, news


def _tell(
    customer_return: CustomerReturn,
    word: Word,
    taxes: TaxesOfLines,
    facts: Sequence[Fact],
    news: Sequence[News],
    now: datetime,
) -> None:
    """The word has an entry of its own; the state that followed another, unless it is the same."""
    shown = show_return(find_return(customer_return.pk, store_id=None))
    outcome = Outcome.APPROVED if word.allowed else Outcome.DENIED
    data = {**word.told, "amount_minor": word.amount, "currency": shown.currency,
            "operator": customer_return.operator_ref}  # fmt: skip
    own = Fact("return.overridden", "return", str(shown.id), subject_label=shown.number or "",
               outcome=outcome, reason=word.reason, data=data)  # fmt: skip
    followed = []
    if shown.status != ReturnStatus.NEEDS_OVERRIDE:
        operator = customer_return.operator_ref
        followed = [telling.return_fact(f"return.{shown.status}", shown, operator=operator)]
    audit.record([own, *followed, *facts], actor=word.actor, now=now)
    told = {**telling.told(shown, taxes), "override": word.told}
    shop, register = customer_return.store, customer_return.terminal
    place = Place(shop.pk, shop.number, register.number, now)
    about = News(f"return.{shown.status}", "return", str(shown.id), told)
    events.tell([about, *news], place=place, now=now)
