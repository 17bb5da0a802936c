"""Carrying refunds out: claim, commit, ask the processor, write down what it said.

No transaction is open while the processor is asked. A worker that dies in between leaves a refund
whose lease ends; the next one asks the processor before it sends anything, and sends it under the
same key. So a refund is paid once, whoever dies when.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import worker_actor
from apps.common.cards import scrub_card_numbers
from apps.events import services as events
from apps.events.commands import News, Place
from apps.refunds import policy, store
from apps.refunds.commands import (
    ClaimedRefund,
    GatewayAnswer,
    OpenedRefund,
    PlannedRefund,
    RefundContext,
)
from apps.refunds.gateways import Gateway, gateway_for
from apps.refunds.gateways.base import NotProcessed, OutcomeUnknown
from apps.refunds.models import Refund, RefundEvent
from apps.refunds.services.opening import open_refunds, refund_told
from apps.refunds.states import OPEN, RefundKind, RefundStatus
from apps.sales import services as sales

logger = logging.getLogger(__name__)


def execute_due_refunds(
    *, clock: Callable[[], datetime], gateways: Callable[[str], Gateway] = gateway_for
) -> int:
    """Send or ask for every refund that is due, until none is; how many were looked at.

    One at a time, so that a lease begins with the refund's own work and not with that of others;
    and for no longer than one lease, since a task's time is limited. Beat starts the next round.
    """
    lease = timedelta(seconds=settings.REFUND_LEASE_S)
    until, done = clock() + lease, 0
    while (now := clock()) < until:
        with transaction.atomic(durable=True):
            claimed = store.claim_due(now=now, lease=now + lease)
        if claimed is None:
            break
        try:
            _execute(claimed, gateways(claimed.gateway), clock=clock)
        except Exception:  # a mistake of ours: this refund waits for its lease, the others do not
            logger.exception("refund %s was not carried out", claimed.order.refund_id)
        done += 1
    return done


def _execute(claimed: ClaimedRefund, gateway: Gateway, *, clock: Callable[[], datetime]) -> None:
    try:
        answer = gateway.find(claimed.order) if claimed.asked_before else None
        answer = answer or gateway.refund(claimed.order)
    except OutcomeUnknown as error:
        _note_unclear(claimed, RefundStatus.UNKNOWN, str(error), now=clock())
    except NotProcessed as error:
        _note_unclear(claimed, None, str(error), now=clock())
    else:
        _settle(claimed, answer, now=clock())


@transaction.atomic
def _note_unclear(
    claimed: ClaimedRefund, status: RefundStatus | None, detail: str, *, now: datetime
) -> None:
    """No answer to go by: ask again later. `status` None: the processor certainly did nothing."""
    refund = _held(claimed)
    if refund is None:
        return
    refund.status = status or refund.status
    refund.next_attempt_at = now + policy.retry_after(claimed.attempts)
    refund.save(update_fields=["status", "next_attempt_at"])
    detail = scrub_card_numbers(detail)[:200]
    _step(refund, RefundEvent.Kind.UNKNOWN, claimed, {"detail": detail}, now)


@transaction.atomic
def _settle(claimed: ClaimedRefund, answer: GatewayAnswer, *, now: datetime) -> None:
    refund = _held(claimed)
    if refund is None:
        return
    refund.provider_ref = scrub_card_numbers(answer.provider_ref) or refund.provider_ref
    if answer.status == "succeeded":
        _succeed(refund, claimed, now)
    elif answer.status == "failed":
        _fail(refund, claimed, scrub_card_numbers(answer.code), now)
    else:
        _wait(refund, claimed, answer.status, now)


def _held(claimed: ClaimedRefund) -> Refund | None:
    """The refund, locked, if this worker's claim still stands; a zombie's answer is dropped."""
    return (
        Refund.objects.select_for_update(of=("self",))
        .select_related("store", "sale_tender")
        .filter(
            pk=claimed.order.refund_id,
            attempts=claimed.attempts,
            status__in=OPEN,
        )
        .first()
    )


def _succeed(refund: Refund, claimed: ClaimedRefund, now: datetime) -> None:
    _close(refund, RefundStatus.SUCCEEDED, now)
    _step(refund, RefundEvent.Kind.SUCCESS, claimed, {"provider_ref": refund.provider_ref}, now)
    if refund.sale_tender_id is not None:
        sales.settle_tender(refund.sale_tender_id, refund.amount_minor, went_back=True)
    _announce(refund, [_fact(refund, "refund.succeeded")], [_news(refund, "refund.succeeded")], now)


def _fail(refund: Refund, claimed: ClaimedRefund, code: str, now: datetime) -> None:
    """A definite no touches only this refund; its money goes back as store credit instead."""
    refund.failure_code = code[:64]
    _close(refund, RefundStatus.FAILED, now)
    _step(refund, RefundEvent.Kind.FAILURE, claimed, {"code": code}, now)
    if refund.sale_tender_id is not None:
        sales.settle_tender(refund.sale_tender_id, refund.amount_minor, went_back=False)
    instead = [PlannedRefund(RefundKind.STORE_CREDIT, refund.amount_minor)]
    opened, facts, news = open_refunds(instead, context=_context(refund, now), settle=True, now=now)
    refund.status, refund.superseded_by_id = RefundStatus.SUPERSEDED, opened[0].id
    refund.save(update_fields=["status", "superseded_by"])
    failed = News("refund.failed", "refund", str(refund.pk), {**_told(refund), "code": code})
    _announce(refund, [_fact(refund, "refund.failed"), *facts], [failed, *news], now)


def _wait(refund: Refund, claimed: ClaimedRefund, status: str, now: datetime) -> None:
    """The processor is still at it, or waits for the customer: look again later."""
    refund.status = RefundStatus(status)
    refund.next_attempt_at = now + policy.retry_after(claimed.attempts)
    refund.save(update_fields=["status", "next_attempt_at", "provider_ref"])
    _step(refund, RefundEvent.Kind.UNKNOWN, claimed, {"detail": f"processor says {status}"}, now)


def _close(refund: Refund, status: RefundStatus, now: datetime) -> None:
    refund.status, refund.next_attempt_at, refund.settled_at = status, None, now
    refund.save(
        update_fields=["status", "next_attempt_at", "settled_at", "provider_ref", "failure_code"]
    )


def _step(
    refund: Refund, kind: str, claimed: ClaimedRefund, detail: dict[str, str], now: datetime
) -> None:
    RefundEvent.objects.create(
        refund=refund, kind=kind, at=now, attempt=claimed.attempts, detail=detail
    )


def _announce(refund: Refund, facts: list[Fact], news: list[News], now: datetime) -> None:
    actor = worker_actor("refunds", store_id=refund.store_id, store_number=refund.store.number)
    audit.record(facts, actor=actor, now=now)
    place = Place(refund.store_id, refund.store.number, refund.terminal_number, now)
    events.tell(news, place=place, now=now)


def _fact(refund: Refund, action: str) -> Fact:
    return Fact(
        action, "refund", str(refund.pk), subject_label=refund.label, outcome=refund.status,
        reason=refund.failure_code,
        data={"reference": refund.reference, "kind": refund.kind, "amount_minor": refund.amount_minor,
              "currency": refund.currency, "gateway": refund.gateway, "provider_ref": refund.provider_ref,
              "attempts": refund.attempts},
    )  # fmt: skip


def _news(refund: Refund, type_: str) -> News:
    return News(type_, "refund", str(refund.pk), _told(refund))


def _told(refund: Refund) -> dict[str, object]:
    number = refund.sale_tender.number if refund.sale_tender else None
    opened = OpenedRefund(
        refund.pk, number, refund.kind, refund.gateway, refund.amount_minor, refund.status
    )
    return refund_told(opened, _context(refund, refund.created_at))


def _context(refund: Refund, occurred_at: datetime) -> RefundContext:
    return RefundContext(
        reference=refund.reference,
        label=refund.label,
        store_id=refund.store_id,
        store_number=refund.store.number,
        terminal_number=refund.terminal_number,
        customer=refund.customer_ref,
        currency=refund.currency,
        occurred_at=occurred_at,
    )
