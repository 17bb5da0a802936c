"""Payment processors, each one module behind one interface. Only workers call them, never inside a
transaction."""

from __future__ import annotations

from django.conf import settings

from apps.refunds.gateways.base import Gateway
from apps.refunds.gateways.sandbox import SandboxGateway
from apps.refunds.gateways.stripe_gateway import StripeGateway

__all__ = ["Gateway", "gateway_for"]


def gateway_for(name: str) -> Gateway:
    """The processor of that name; where no Stripe key is set, the sandbox stands in for all."""
    if settings.STRIPE_API_KEY and name != SandboxGateway.name:
        return StripeGateway(settings.STRIPE_API_KEY, base=settings.STRIPE_API_BASE)
    return SandboxGateway()
