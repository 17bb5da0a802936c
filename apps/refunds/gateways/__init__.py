"""Payment processors, each one module behind one interface. Only workers call them, never inside a
transaction."""

from __future__ import annotations

from django.conf import settings

from apps.refunds.gateways.base import Gateway, NoGateway
from apps.refunds.gateways.sandbox import SandboxGateway
from apps.refunds.gateways.stripe_gateway import StripeGateway

__all__ = ["Gateway", "gateway_for"]


def gateway_for(name: str) -> Gateway:
    """The processor of that name.

    Where no Stripe key is set, the sandbox stands in for all, if it is allowed here; where it is
    not, a refund waits rather than seem paid.
    """
    if name == StripeGateway.name and settings.STRIPE_API_KEY:
        return StripeGateway(settings.STRIPE_API_KEY, base=settings.STRIPE_API_BASE)
    if settings.SANDBOX_PAYMENTS and (name == SandboxGateway.name or not settings.STRIPE_API_KEY):
        return SandboxGateway()
    return NoGateway(name)
