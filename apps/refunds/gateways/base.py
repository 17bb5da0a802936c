from __future__ import annotations

from typing import Protocol

from apps.refunds.commands import GatewayAnswer, RefundOrder


class OutcomeUnknown(Exception):
    """Timeout, 5xx, or a connection cut: the processor may or may not have done it."""


class NotProcessed(Exception):
    """The processor certainly did nothing (too busy, or we are not let in). Try again later."""


class Gateway(Protocol):
    """A payment processor."""

    name: str

    def refund(self, order: RefundOrder) -> GatewayAnswer:
        """Send the refund under its own key; the same key again is the same refund.

        OutcomeUnknown or NotProcessed when there is no answer to go by.
        """
        ...

    def find(self, order: RefundOrder) -> GatewayAnswer | None:
        """What became of a refund sent earlier; None when the processor never heard of it."""
        ...


class NoGateway:
    """Stands where a processor is named that is not set up here: nothing is sent, and it is said."""

    def __init__(self, name: str) -> None:
        self.name = name

    def refund(self, order: RefundOrder) -> GatewayAnswer:
        raise NotProcessed(f"no processor «{self.name}» is set up")

    def find(self, order: RefundOrder) -> GatewayAnswer | None:
        raise NotProcessed(f"no processor «{self.name}» is set up")
