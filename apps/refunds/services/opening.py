"""Refunds come into being with the return they belong to, in its transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from apps.audit.commands import Fact
from apps.common.errors import Conflict
from apps.common.ids import uuid7
from apps.common.wakeup import wake_on_commit
from apps.events.commands import News
from apps.refunds import policy, store
from apps.refunds.commands import (
    OpenedRefund,
    PlannedRefund,
    PlanTerms,
    RefundContext,
    RefundPlan,
    TenderCap,
)
from apps.refunds.models import Refund, RefundEvent
from apps.refunds.services.credit import issue_credit
from apps.refunds.states import CREDITED, ELECTRONIC, RefundStatus
from apps.sales import services as sales
from apps.sales.commands import TenderOfSale


class MoneyWentBack(Conflict):
    code = "return-not-voidable"


def plan_refunds(
    amount_minor: int, tenders: Sequence[TenderOfSale], terms: PlanTerms
) -> RefundPlan:
    """Where the money would go. A card that must be present and is not takes nothing back."""
    if not amount_minor:
        return RefundPlan()
    return policy.plan_refund(amount_minor, [_cap(one, terms) for one in tenders], terms)


def _cap(tender: TenderOfSale, terms: PlanTerms) -> TenderCap:
    gone = tender.refunded_minor + tender.pending_minor
    given = gone - tender.refund_rounding_minor
    absent = tender.needs_card_present and tender.id not in terms.present
    return TenderCap(
        tender_id=tender.id,
        number=tender.number,
        kind=tender.kind,
        cap_minor=0 if absent else tender.amount_minor - tender.rounding_minor - given,
        gateway=_gateway(tender),
        gateway_ref=tender.gateway_ref or f"tender-{tender.id}",
        gone_minor=gone,
        given_minor=given,
        paid_rounding_minor=tender.rounding_minor,
    )


def open_refunds(
    plan: Sequence[PlannedRefund], *, context: RefundContext, settle: bool, now: datetime
) -> tuple[list[OpenedRefund], list[Fact], list[News]]:
    """Write the plan's refunds, and what the trail and the other systems are to hear of them.

    With `settle` the goods are here: what we pay ourselves (cash, credit) is paid at once, and
    what a processor pays is handed to the worker. Without, all of it is promised and held.
    """
    rows, opened = [], []
    pending: dict[int, int] = {}
    refunded: dict[int, int] = {}
    for planned in plan:
        status = _first_status(planned.kind, settle)
        refund_id = uuid7()
        credit_id, code = None, ""
        if status == RefundStatus.SUCCEEDED and planned.kind in CREDITED:
            credit_id, code = issue_credit(planned, refund_id, context=context, now=now)
        rows.append((
            refund_id, context.reference, context.label, context.store_id, context.terminal_number,
            context.customer, planned.tender_id, planned.kind, planned.amount_minor, context.currency,
            planned.gateway, planned.gateway_ref, status, credit_id,
            now if status == RefundStatus.SUBMITTED else None, now,
            now if status == RefundStatus.SUCCEEDED else None,
        ))  # fmt: skip
        if planned.tender_id is not None:
            side = refunded if status == RefundStatus.SUCCEEDED else pending
            side[planned.tender_id] = side.get(planned.tender_id, 0) + planned.amount_minor
        opened.append(
            OpenedRefund(
                refund_id,
                planned.tender_number,
                planned.kind,
                planned.gateway,
                planned.amount_minor,
                status,
                code,
            )
        )
    if rows:
        store.insert_refunds(rows)
        sales.charge_tenders(pending=pending, refunded=refunded)
    if any(refund.status == RefundStatus.SUBMITTED for refund in opened):
        wake_on_commit("refunds.execute_due")
    paid = [refund for refund in opened if refund.status == RefundStatus.SUCCEEDED]
    return opened, [paid_fact(r, context) for r in paid], [paid_news(r, context) for r in paid]


def settle_planned(
    context: RefundContext, *, now: datetime
) -> tuple[list[OpenedRefund], list[Fact], list[News]]:
    """The goods came as authorized: what was promised is paid, or handed to the worker, as planned."""
    planned = list(
        Refund.objects.select_for_update(of=("self",))
        .select_related("sale_tender")
        .filter(reference=context.reference, status=RefundStatus.PLANNED)
        .order_by("pk")
    )
    opened = [_settle_one(refund, context=context, now=now) for refund in planned]
    if any(refund.status == RefundStatus.SUBMITTED for refund in opened):
        wake_on_commit("refunds.execute_due")
    paid = [refund for refund in opened if refund.status == RefundStatus.SUCCEEDED]
    return opened, [paid_fact(r, context) for r in paid], [paid_news(r, context) for r in paid]


def _settle_one(refund: Refund, *, context: RefundContext, now: datetime) -> OpenedRefund:
    status, code = _first_status(refund.kind, settle=True), ""
    if status == RefundStatus.SUBMITTED:
        refund.next_attempt_at = now
    else:
        refund.settled_at = now
        RefundEvent.objects.create(refund=refund, kind=RefundEvent.Kind.SUCCESS, at=now)
        if refund.kind in CREDITED:
            planned = PlannedRefund(
                refund.kind, refund.amount_minor, gateway_ref=refund.payment_ref
            )
            refund.store_credit_id, code = issue_credit(
                planned, refund.pk, context=context, now=now
            )
        if refund.sale_tender_id is not None:
            sales.settle_tender(refund.sale_tender_id, refund.amount_minor, went_back=True)
    refund.status = status
    refund.save(update_fields=["status", "next_attempt_at", "settled_at", "store_credit"])
    number = refund.sale_tender.number if refund.sale_tender else None
    return OpenedRefund(
        refund.pk, number, refund.kind, refund.gateway, refund.amount_minor, status, code
    )


def release_planned(reference: str, *, now: datetime) -> frozenset[int]:
    """Take back what was promised and not yet paid: the return was voided, expired, or became smaller.

    The tenders (by id) that it had been promised to.
    """
    held = _cancel(Refund.objects.filter(reference=reference, status=RefundStatus.PLANNED), now=now)
    return frozenset(one.sale_tender_id for one in held if one.sale_tender_id is not None)


def cancel_refunds(reference: str, *, now: datetime) -> None:
    """Cancel everything of a return; MoneyWentBack when a processor has been asked, or money is out."""
    refunds = Refund.objects.filter(reference=reference).exclude(
        status__in=[RefundStatus.CANCELLED, RefundStatus.SUPERSEDED]
    )
    untouched = refunds.filter(
        status__in=[RefundStatus.PLANNED, RefundStatus.SUBMITTED], attempts=0
    )
    locked = list(refunds.select_for_update().order_by("pk").values_list("pk", flat=True))
    if len(_cancel(untouched.filter(pk__in=locked), now=now)) != len(locked):
        raise MoneyWentBack("Money of this return has gone back or is on its way.")


def _cancel(refunds: QuerySet[Refund], *, now: datetime) -> list[Refund]:
    held = list(refunds.select_for_update().order_by("pk"))
    Refund.objects.filter(pk__in=[r.pk for r in held]).update(
        status=RefundStatus.CANCELLED, next_attempt_at=None, settled_at=now
    )
    RefundEvent.objects.bulk_create(
        RefundEvent(refund=r, kind=RefundEvent.Kind.CANCEL, at=now) for r in held
    )
    pending: dict[int, int] = {}
    for refund in held:
        if refund.sale_tender_id is not None:
            pending[refund.sale_tender_id] = (
                pending.get(refund.sale_tender_id, 0) - refund.amount_minor
            )
    sales.charge_tenders(pending=pending, refunded={})
    return held


def paid_fact(refund: OpenedRefund, context: RefundContext) -> Fact:
    return Fact(
        "refund.succeeded", "refund", str(refund.id), subject_label=context.label, outcome="succeeded",
        data={"reference": context.reference, "kind": refund.kind,
              "amount_minor": refund.amount_minor, "currency": context.currency},
    )  # fmt: skip


def paid_news(refund: OpenedRefund, context: RefundContext) -> News:
    return News("refund.succeeded", "refund", str(refund.id), refund_told(refund, context))


def refund_told(refund: OpenedRefund, context: RefundContext) -> dict[str, object]:
    """What other systems hear of a refund."""
    return {
        "return": context.reference.partition(":")[2],
        "number": context.label,
        "kind": refund.kind,
        "tender": refund.tender_number,
        "amount": refund.amount_minor,
        "currency": context.currency,
    }


def _first_status(kind: str, settle: bool) -> RefundStatus:
    if not settle:
        return RefundStatus.PLANNED
    return RefundStatus.SUBMITTED if kind in ELECTRONIC else RefundStatus.SUCCEEDED


def _gateway(tender: TenderOfSale) -> str:
    """The processor that took the payment; one that names none was taken by the one we have."""
    if tender.kind not in ELECTRONIC:
        return ""
    return tender.gateway or ("stripe" if settings.STRIPE_API_KEY else "sandbox")
