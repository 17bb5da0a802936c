"""Writing down that refunds are paid: many in one transaction, and what is told of each."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor, worker_actor
from apps.common.cards import scrub_card_numbers
from apps.events import services as events
from apps.events.commands import News, Place
from apps.refunds import store
from apps.refunds.commands import (
    ClaimedRefund,
    GatewayAnswer,
    OpenedRefund,
    RefundContext,
    SettledRefund,
)
from apps.refunds.services.opening import refund_told
from apps.sales import services as sales

logger = logging.getLogger(__name__)

Paid = Sequence[tuple[ClaimedRefund, GatewayAnswer]]


def settle_paid(paid: Paid, *, now: datetime) -> None:
    """All that a processor has paid, in a few statements; late answers are dropped.

    When that fails, each is tried alone, so that one refund's trouble touches no other. One that fails
    alone is left to its lease.
    """
    if not paid:
        return
    try:
        _settle(paid, now)
    except Exception as error:
        if len(paid) == 1:
            logger.exception("refund %s is paid, and not settled", paid[0][0].order.refund_id)
            return
        logger.warning("%d refunds are settled one by one: %s", len(paid), type(error).__name__)
        for one in paid:
            settle_paid([one], now=now)


@transaction.atomic
def _settle(paid: Paid, now: datetime) -> None:
    answers = [(claimed, scrub_card_numbers(answer.provider_ref)) for claimed, answer in paid]
    settled = store.settle_paid(answers, now=now)
    if not settled:
        return
    back: Counter[int] = Counter()
    for one in settled:
        if one.tender_id is not None:
            back[one.tender_id] += one.amount_minor
    sales.charge_tenders(pending={tender: -minor for tender, minor in back.items()}, refunded=back)
    name = "refund.succeeded"
    audit.record_each([(fact_of(one, name), actor_for(one)) for one in settled], now=now)
    news = [
        (News(name, "refund", str(one.id), told_of(one)), place_of(one, now)) for one in settled
    ]
    events.tell_each(news, now=now)


def fact_of(refund: SettledRefund, action: str) -> Fact:
    return Fact(
        action, "refund", str(refund.id), subject_label=refund.label, outcome=refund.status,
        reason=refund.failure_code,
        data={"reference": refund.reference, "kind": refund.kind, "amount_minor": refund.amount_minor,
              "currency": refund.currency, "gateway": refund.gateway, "provider_ref": refund.provider_ref,
              "attempts": refund.attempts},
    )  # fmt: skip


def told_of(refund: SettledRefund) -> dict[str, object]:
    opened = OpenedRefund(
        refund.id, refund.tender_number, refund.kind, refund.gateway, refund.amount_minor, refund.status
    )  # fmt: skip
    return refund_told(opened, context_of(refund, refund.created_at))


def actor_for(refund: SettledRefund) -> Actor:
    return worker_actor("refunds", store_id=refund.store_id, store_number=refund.store_number)


def place_of(refund: SettledRefund, now: datetime) -> Place:
    return Place(refund.store_id, refund.store_number, refund.terminal_number, now)


def context_of(refund: SettledRefund, occurred_at: datetime) -> RefundContext:
    return RefundContext(
        reference=refund.reference,
        label=refund.label,
        store_id=refund.store_id,
        store_number=refund.store_number,
        terminal_number=refund.terminal_number,
        customer=refund.customer,
        currency=refund.currency,
        occurred_at=occurred_at,
    )
