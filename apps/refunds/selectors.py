from __future__ import annotations

from collections.abc import Sequence

from apps.refunds.commands import OpenedRefund
from apps.refunds.models import Refund


def refunds_of(references: Sequence[str]) -> dict[str, list[OpenedRefund]]:
    """The refunds of each return, in the order they were made, and of the receipt."""
    found: dict[str, list[OpenedRefund]] = {reference: [] for reference in references}
    rows = Refund.objects.select_related("sale_tender", "store_credit").filter(
        reference__in=references
    )
    for refund in rows.order_by("created_at", "sale_tender__number", "pk"):
        found[refund.reference].append(
            OpenedRefund(
                id=refund.pk,
                tender_number=refund.sale_tender.number if refund.sale_tender else None,
                kind=refund.kind,
                gateway=refund.gateway,
                amount_minor=refund.amount_minor,
                status=refund.status,
                credit_code=refund.store_credit.code if refund.store_credit else "",
            )
        )
    return found
