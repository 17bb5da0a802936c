"""Stripe, through its own SDK. One key for the life of a refund; asked before anything is repeated."""

from __future__ import annotations

from typing import Any

import stripe

from apps.refunds.commands import GatewayAnswer, RefundOrder
from apps.refunds.gateways.base import NotProcessed, OutcomeUnknown

TIMEOUT_S = 20
_STATUS = {
    "succeeded": "succeeded",
    "pending": "submitted",
    "requires_action": "requires_action",
    "failed": "failed",
    "canceled": "failed",
}


class StripeGateway:
    name = "stripe"

    def __init__(self, api_key: str, *, base: str = "") -> None:
        addresses: Any = {"api": base} if base else {}
        self._client = stripe.StripeClient(
            api_key,
            base_addresses=addresses,
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=TIMEOUT_S),
        )

    def refund(self, order: RefundOrder) -> GatewayAnswer:
        params: Any = {
            **_payment(order.payment_ref),
            "amount": order.amount_minor,
            "metadata": {"refund_id": str(order.refund_id)},
        }
        try:
            made = self._client.v1.refunds.create(
                params, {"idempotency_key": order.idempotency_key}
            )
        except (stripe.RateLimitError, stripe.AuthenticationError, stripe.PermissionError) as error:
            raise NotProcessed(type(error).__name__) from error
        except (stripe.CardError, stripe.InvalidRequestError) as error:
            return GatewayAnswer("failed", code=str(error.code or "invalid-request")[:64])
        except stripe.StripeError as error:
            raise OutcomeUnknown(type(error).__name__) from error
        return _answer(made)

    def find(self, order: RefundOrder) -> GatewayAnswer | None:
        params: Any = {**_payment(order.payment_ref), "limit": 100}
        try:
            for refund in self._client.v1.refunds.list(params).auto_paging_iter():
                if getattr(refund.metadata, "refund_id", None) == str(order.refund_id):
                    return _answer(refund)
        except stripe.StripeError as error:
            raise OutcomeUnknown(type(error).__name__) from error
        return None


def _payment(ref: str) -> dict[str, str]:
    return {"charge" if ref.startswith("ch_") else "payment_intent": ref}


def _answer(refund: stripe.Refund) -> GatewayAnswer:
    status = _STATUS.get(refund.status or "", "submitted")
    return GatewayAnswer(status, provider_ref=refund.id, code=refund.failure_reason or "")
