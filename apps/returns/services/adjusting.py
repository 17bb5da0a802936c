"""Fees, changes by staff and cash rounding, as rows beside the lines: they never touch the base."""

from __future__ import annotations

from collections.abc import Sequence

from apps.refunds.commands import Rounded
from apps.returns import store
from apps.returns.models import CustomerReturn, ReturnLine
from apps.returns.services import rows
from apps.returns.services.deciding import Case
from apps.returns.states import AdjustmentKind
from apps.sales import services as sales


def charge_rounding(rounded: Sequence[Rounded]) -> None:
    """What goes back to cash tenders was rounded: they note by how much."""
    sales.charge_rounding({one.tender_id: one.minor for one in rounded if one.tender_id})


def undo_rounding(customer_return: CustomerReturn) -> None:
    """The cash is not paid out after all. The rows stay: they say what was announced."""
    rounding = customer_return.adjustments.filter(
        kind=AdjustmentKind.ROUNDING, sale_tender__isnull=False
    )
    minors = dict(rounding.values_list("sale_tender", "amount_minor"))
    sales.charge_rounding({tender_id: -minor for tender_id, minor in minors.items()})


def replace_on_arrival(
    customer_return: CustomerReturn, lines: Sequence[ReturnLine], rounded: Sequence[Rounded]
) -> None:
    """Fewer goods came, or in another condition: fees and changes are those that the lines say now,
    and cash is rounded anew. The former rounding was undone before."""
    derived = (AdjustmentKind.FEE, AdjustmentKind.ROUNDING)
    customer_return.adjustments.filter(kind__in=derived).delete()
    store.insert_adjustments(customer_return.pk, rows.fee_rows(lines) + rows.rounding_rows(rounded))
    changes = {line.number: line.adjustment_minor for line in lines}
    for row in customer_return.adjustments.filter(kind=AdjustmentKind.MANUAL):
        row.amount_minor = changes[row.line_number or 0]
        row.save(update_fields=["amount_minor"])
    charge_rounding(rounded)


def replace_adjustments(customer_return: CustomerReturn, case: Case, *, approved_by: str) -> None:
    """A return that waited was decided again: its fees, changes and rounding are those of `case`.

    `approved_by` is who allowed what an operator may not change alone.
    """
    customer_return.adjustments.all().delete()
    store.insert_adjustments(
        customer_return.pk, rows.adjustment_rows(case, approved_by=approved_by)
    )
    charge_rounding(case.plan.rounded)
