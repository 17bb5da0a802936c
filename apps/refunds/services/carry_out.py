"""Carrying refunds out: claim, commit, ask the processor, write down what it said.

No transaction is open while the processor is asked. A worker that dies in between leaves refunds
whose lease ends; the next one asks the processor before it sends anything, and sends it under the
same key. So a refund is paid once, whoever dies when.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.db import transaction

from apps.audit import services as audit
from apps.common.cards import scrub_card_numbers
from apps.events import services as events
from apps.events.commands import News
from apps.refunds import policy, store
from apps.refunds.commands import ClaimedRefund, GatewayAnswer, PlannedRefund, SettledRefund
from apps.refunds.gateways import Gateway, gateway_for
from apps.refunds.gateways.base import NotProcessed, OutcomeUnknown
from apps.refunds.models import Refund, RefundEvent
from apps.refunds.services.opening import open_refunds
from apps.refunds.services.settling import (
    actor_for,
    context_of,
    fact_of,
    place_of,
    settle_paid,
    told_of,
)
from apps.refunds.states import OPEN, RefundKind, RefundStatus
from apps.sales import services as sales

logger = logging.getLogger(__name__)


def execute_due_refunds(
    *, clock: Callable[[], datetime], gateways: Callable[[str], Gateway] = gateway_for
) -> int:
    """Send or ask for every refund that is due, until none is; how many were looked at.

    A few are claimed together: five at first, then as many as were answered in two seconds. For no
    longer than one lease, since a task's time is limited. Beat starts the next round.
    """
    lease, known = timedelta(seconds=settings.REFUND_LEASE_S), cache(gateways)
    until, done, limit = clock() + lease, 0, policy.FIRST_CLAIM
    while (now := clock()) < until:
        with transaction.atomic(durable=True):
            claimed = store.claim_due(limit=limit, now=now, lease=now + lease)
        if claimed:
            begin_until = now + lease / policy.BEGIN_SHARE
            done += _execute(claimed, known, begin_until=begin_until, clock=clock)
        if len(claimed) < limit:  # there were no more; what came meanwhile wakes workers of its own
            break
        limit = policy.next_claim(limit, (clock() - now).total_seconds())
    return done


def _execute(
    claimed: Sequence[ClaimedRefund], gateways: Callable[[str], Gateway],
    *, begin_until: datetime, clock: Callable[[], datetime],
) -> int:  # fmt: skip
    """Ask for each, and write down together what was paid; how many were asked for.

    One that cannot be begun early in its lease is given back: the calls before it took long, and its
    own must end within the lease.
    """
    paid: list[tuple[ClaimedRefund, GatewayAnswer]] = []
    begun = 0
    for one in claimed:
        if begun and clock() > begin_until:
            break
        begun += 1
        try:
            if answer := _ask(one, gateways(one.gateway), clock=clock):
                paid.append((one, answer))
        except Exception:  # a mistake of ours: this refund waits for its lease, the others do not
            logger.exception("refund %s was not carried out", one.order.refund_id)
    settle_paid(paid, now=clock())
    if left := claimed[begun:]:
        store.give_back(left, now=clock())
    return begun


def _ask(
    claimed: ClaimedRefund, gateway: Gateway, *, clock: Callable[[], datetime]
) -> GatewayAnswer | None:
    """The answer when the money is on its way; anything else is written down at once."""
    try:
        answer = gateway.find(claimed.order) if claimed.asked_before else None
        answer = answer or gateway.refund(claimed.order)
    except OutcomeUnknown as error:
        _note_unclear(claimed, RefundStatus.UNKNOWN, str(error), now=clock())
    except NotProcessed as error:
        _note_unclear(claimed, None, str(error), now=clock())
    else:
        if answer.status == "succeeded":
            return answer
        _settle_otherwise(claimed, answer, now=clock())
    return None


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
def _settle_otherwise(claimed: ClaimedRefund, answer: GatewayAnswer, *, now: datetime) -> None:
    refund = _held(claimed)
    if refund is None:
        return
    refund.provider_ref = scrub_card_numbers(answer.provider_ref) or refund.provider_ref
    if answer.status == "failed":
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


def _fail(refund: Refund, claimed: ClaimedRefund, code: str, now: datetime) -> None:
    """A definite no touches only this refund; its money goes back as store credit instead."""
    refund.status, refund.failure_code = RefundStatus.FAILED, code[:64]
    refund.next_attempt_at, refund.settled_at = None, now
    refund.save(
        update_fields=["status", "next_attempt_at", "settled_at", "provider_ref", "failure_code"]
    )
    _step(refund, RefundEvent.Kind.FAILURE, claimed, {"code": code}, now)
    if refund.sale_tender_id is not None:
        sales.settle_tender(refund.sale_tender_id, refund.amount_minor, went_back=False)
    instead = [PlannedRefund(RefundKind.STORE_CREDIT, refund.amount_minor)]
    context = context_of(_settled(refund), now)
    opened, facts, news = open_refunds(instead, context=context, settle=True, now=now)
    refund.status, refund.superseded_by_id = RefundStatus.SUPERSEDED, opened[0].id
    refund.save(update_fields=["status", "superseded_by"])
    settled = _settled(refund)
    failed = News("refund.failed", "refund", str(refund.pk), {**told_of(settled), "code": code})
    actor, place = actor_for(settled), place_of(settled, now)
    audit.record([fact_of(settled, "refund.failed"), *facts], actor=actor, now=now)
    events.tell([failed, *news], place=place, now=now)


def _wait(refund: Refund, claimed: ClaimedRefund, status: str, now: datetime) -> None:
    """The processor is still at it, or waits for the customer: look again later."""
    refund.status = RefundStatus(status)
    refund.next_attempt_at = now + policy.retry_after(claimed.attempts)
    refund.save(update_fields=["status", "next_attempt_at", "provider_ref"])
    _step(refund, RefundEvent.Kind.UNKNOWN, claimed, {"detail": f"processor says {status}"}, now)


def _step(
    refund: Refund, kind: str, claimed: ClaimedRefund, detail: dict[str, str], now: datetime
) -> None:
    RefundEvent.objects.create(
        refund=refund, kind=kind, at=now, attempt=claimed.attempts, detail=detail
    )


def _settled(refund: Refund) -> SettledRefund:
    tender = refund.sale_tender
    return SettledRefund(
        refund.pk, refund.reference, refund.label, refund.store_id, refund.store.number,
        refund.terminal_number, refund.customer_ref, refund.sale_tender_id,
        tender.number if tender else None, refund.kind, refund.amount_minor, refund.currency,
        refund.gateway, refund.provider_ref, refund.failure_code, refund.status, refund.attempts,
        refund.created_at,
    )  # fmt: skip
