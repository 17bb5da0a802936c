"""Stripe, through its own SDK. One key for the life of a refund; asked before anything is repeated."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import stripe

from apps.common.money import exponent, round_half_up
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
# Where Stripe counts other minor units than ISO 4217: digits behind the point.
_DIGITS = {"ISK": 2, "UGX": 2, "MGA": 0}
_NOTHING_DONE = (stripe.RateLimitError, stripe.AuthenticationError, stripe.PermissionError)


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
            "amount": _amount(order),
            "metadata": {"refund_id": str(order.refund_id)},
        }
        try:
            made = self._client.v1.refunds.create(
                params, {"idempotency_key": order.idempotency_key}
            )
        except _NOTHING_DONE as error:
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
        except _NOTHING_DONE as error:
            raise NotProcessed(type(error).__name__) from error
        except stripe.InvalidRequestError as error:
            if error.code == "resource_missing":  # it does not even know the payment
                return None
            raise OutcomeUnknown(type(error).__name__) from error
        except stripe.StripeError as error:
            raise OutcomeUnknown(type(error).__name__) from error
        return None


def _amount(order: RefundOrder) -> int:
    """In the minor units that Stripe uses for the currency: nearly always the same."""
    ours = exponent(order.currency)
    shift = _DIGITS.get(order.currency, ours) - ours
    return round_half_up(Decimal(order.amount_minor).scaleb(shift))


def _payment(ref: str) -> dict[str, str]:
    return {"charge" if ref.startswith("ch_") else "payment_intent": ref}


def _answer(refund: stripe.Refund) -> GatewayAnswer:
    status = _STATUS.get(refund.status or "", "submitted")
    code = getattr(refund, "failure_reason", None)  # not there at all unless it failed
    return GatewayAnswer(status, provider_ref=refund.id, code=code or "")
