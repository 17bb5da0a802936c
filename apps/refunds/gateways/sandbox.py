"""A processor to try things out with: real books of its own, and it misbehaves when told to.

Told by an instruction in the admin, or by the payment's reference: `sbx_decline…`,
`sbx_timeout…`, `sbx_error…`, `sbx_hang…`.
"""

from __future__ import annotations

import time

from django.db import transaction
from django.db.models import F

from apps.refunds import store
from apps.refunds.commands import GatewayAnswer, RefundOrder, SandboxView
from apps.refunds.gateways.base import OutcomeUnknown
from apps.refunds.models import SandboxInstruction

HANG_S = 60
_BEHAVIOUR = SandboxInstruction.Behaviour


class SandboxGateway:
    name = "sandbox"

    def refund(self, order: RefundOrder) -> GatewayAnswer:
        seen = store.sandbox_look(order)
        if seen.answer is not None:
            return seen.answer
        behaviour = _behaviour(order, seen)
        if behaviour == _BEHAVIOUR.ERROR:
            store.sandbox_know(order)
            raise OutcomeUnknown("500 Internal Server Error")
        answer = _book(order, decline=behaviour == _BEHAVIOUR.DECLINE)
        if behaviour == _BEHAVIOUR.HANG:
            time.sleep(HANG_S)
        if behaviour in (_BEHAVIOUR.TIMEOUT, _BEHAVIOUR.HANG):
            raise OutcomeUnknown("timed out after the request was sent")
        return answer

    def find(self, order: RefundOrder) -> GatewayAnswer | None:
        return store.sandbox_look(order).answer


# durable: raises when a transaction is open around it, as a call to the outside must never be.
@transaction.atomic(durable=True)
def _book(order: RefundOrder, *, decline: bool) -> GatewayAnswer:
    store.sandbox_know(order)
    # The same key may have been booked while we waited for the payment.
    answer = store.sandbox_book(order, code="declined" if decline else "")
    answer = answer or store.sandbox_look(order).answer
    assert answer is not None
    return answer


def _behaviour(order: RefundOrder, seen: SandboxView) -> str:
    """What was ordered for this payment. References that carry a behaviour always do; the error
    only answers the first time, so that there is a way out of it."""
    if seen.instruction_id is not None and SandboxInstruction.objects.filter(
        pk=seen.instruction_id, remaining__gt=0
    ).update(remaining=F("remaining") - 1):
        return seen.behaviour
    told = next((b for b in _BEHAVIOUR.values if order.payment_ref.startswith(f"sbx_{b}")), "")
    return "" if told == _BEHAVIOUR.ERROR and seen.payment_known else told
