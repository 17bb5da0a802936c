"""A processor to try things out with: real books of its own, and it misbehaves when told to.

Told by an instruction in the admin, or by the payment's reference: `sbx_decline…`,
`sbx_timeout…`, `sbx_error…`, `sbx_hang…`.
"""

from __future__ import annotations

import time

from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone

from apps.refunds.commands import GatewayAnswer, RefundOrder
from apps.refunds.gateways.base import OutcomeUnknown
from apps.refunds.models import SandboxInstruction, SandboxPayment, SandboxRefund

HANG_S = 60
_BEHAVIOUR = SandboxInstruction.Behaviour


class SandboxGateway:
    name = "sandbox"

    def refund(self, order: RefundOrder) -> GatewayAnswer:
        known = SandboxRefund.objects.filter(key=order.idempotency_key).first()
        if known is not None:
            return _answer(known)
        behaviour = _behaviour(order.payment_ref)
        if behaviour == _BEHAVIOUR.ERROR:
            _know(order)
            raise OutcomeUnknown("500 Internal Server Error")
        refund = _book(order, decline=behaviour == _BEHAVIOUR.DECLINE)
        if behaviour == _BEHAVIOUR.HANG:
            time.sleep(HANG_S)
        if behaviour in (_BEHAVIOUR.TIMEOUT, _BEHAVIOUR.HANG):
            raise OutcomeUnknown("timed out after the request was sent")
        return _answer(refund)

    def find(self, order: RefundOrder) -> GatewayAnswer | None:
        known = SandboxRefund.objects.filter(key=order.idempotency_key).first()
        return _answer(known) if known else None


# durable: raises when a transaction is open around it, as a call to the outside must never be.
@transaction.atomic(durable=True)
def _book(order: RefundOrder, *, decline: bool) -> SandboxRefund:
    _know(order)
    payment = SandboxPayment.objects.select_for_update().get(pk=order.payment_ref)
    # The same key may have been booked while we waited for the lock.
    known = SandboxRefund.objects.filter(key=order.idempotency_key).first()
    if known is not None:
        return known
    booked = SandboxRefund.objects.filter(payment=payment, status="succeeded")
    before = booked.aggregate(total=Sum("amount_minor"))["total"] or 0
    code = "declined" if decline else ""
    if before + order.amount_minor > payment.amount_minor:
        code = "amount-too-large"
    return SandboxRefund.objects.create(
        payment=payment, key=order.idempotency_key, amount_minor=order.amount_minor,
        status="failed" if code else "succeeded", code=code, created_at=timezone.now(),
    )  # fmt: skip


def _know(order: RefundOrder) -> None:
    """The sandbox hears of a payment with its first refund; a real processor took it itself."""
    SandboxPayment.objects.get_or_create(
        ref=order.payment_ref,
        defaults={"currency": order.currency, "amount_minor": order.payment_minor},
    )


def _answer(refund: SandboxRefund) -> GatewayAnswer:
    return GatewayAnswer(refund.status, provider_ref=f"sbx_re_{refund.pk.hex}", code=refund.code)


def _behaviour(payment_ref: str) -> str:
    """What was ordered for this payment. References that carry a behaviour always do; the error
    only answers the first time, so that there is a way out of it."""
    ordered = (
        SandboxInstruction.objects.filter(
            Q(payment_ref="") | Q(payment_ref=payment_ref), remaining__gt=0
        )
        .order_by("-payment_ref", "pk")
        .first()
    )
    if ordered and SandboxInstruction.objects.filter(pk=ordered.pk, remaining__gt=0).update(
        remaining=F("remaining") - 1
    ):
        return ordered.behaviour
    told = next((b for b in _BEHAVIOUR.values if payment_ref.startswith(f"sbx_{b}")), "")
    if told == _BEHAVIOUR.ERROR and SandboxPayment.objects.filter(pk=payment_ref).exists():
        return ""
    return told
