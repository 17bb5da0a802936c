"""Processors quote card numbers in their messages. None gets into our books or logs."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from apps.audit.models import AuditEntry
from apps.common.logs import ScrubCards
from apps.events.models import Event
from apps.refunds.commands import GatewayAnswer, RefundOrder
from apps.refunds.gateways.base import NotProcessed, OutcomeUnknown
from apps.refunds.gateways.sandbox import SandboxGateway
from apps.refunds.models import Refund, RefundEvent
from tests.refunds.scene import Clock, take_back, work
from tests.refunds.stripe_stand_in import CARD_NUMBER, DECLINED, StripeStandIn, Trouble
from tests.world import Register, card

GROUPED = "4242 4242 4242 4242"
REMOVED = "[card number removed]"


class Talkative(SandboxGateway):
    """Says more than it should, in its answer or in the error it raises."""

    def __init__(self, says: GatewayAnswer | Exception) -> None:
        self.says = says

    def refund(self, order: RefundOrder) -> GatewayAnswer:
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What our own log handler writes, down to the smallest detail."""
    root = logging.getLogger()
    ours = [h for h in root.handlers if any(isinstance(f, ScrubCards) for f in h.filters)]
    (handler,) = (h for h in ours if isinstance(h, logging.StreamHandler))
    level, stream, written = root.level, handler.stream, io.StringIO()
    root.setLevel(logging.DEBUG)
    handler.setStream(written)
    yield written
    handler.setStream(stream)
    root.setLevel(level)


def everything_kept() -> str:
    """All that the books say about refunds."""
    tables = (Refund, RefundEvent, AuditEntry, Event)
    return "\n".join(str(row) for table in tables for row in table.objects.values())


def test_an_unclear_answer_is_kept_without_it(register: Register, clock: Clock) -> None:
    take_back(register, card(1000))

    work(clock, gateways=lambda name: Talkative(OutcomeUnknown(f"cut off: card {GROUPED}")))

    assert RefundEvent.objects.get(kind="unknown").detail == {"detail": f"cut off: card {REMOVED}"}
    assert GROUPED not in everything_kept()


def test_a_number_at_the_edge_of_what_is_kept_leaves_no_part_behind(
    register: Register, clock: Clock
) -> None:
    take_back(register, card(1000))

    work(clock, gateways=lambda name: Talkative(NotProcessed(f"{'.' * 190} {CARD_NUMBER}")))

    kept = RefundEvent.objects.get(kind="unknown").detail["detail"]
    assert (len(kept), "4242" in kept) == (200, False)


def test_a_refusal_is_kept_and_told_without_it(register: Register, clock: Clock) -> None:
    take_back(register, card(1000))
    says = GatewayAnswer("failed", provider_ref=f"ref {CARD_NUMBER}", code=f"lost {CARD_NUMBER}")

    work(clock, gateways=lambda name: Talkative(says))

    refund = Refund.objects.get(kind="card")
    assert (refund.failure_code, refund.provider_ref) == (f"lost {REMOVED}", f"ref {REMOVED}")
    assert Event.objects.get(type="refund.failed").data["code"] == f"lost {REMOVED}"
    assert CARD_NUMBER not in everything_kept()


def test_what_stripe_says_of_a_card_is_neither_kept_nor_logged(
    register: Register,
    clock: Clock,
    processor: StripeStandIn,
    logged: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logging.getLogger("stripe"), "level", logging.INFO)  # as loud as it can be
    processor.take("pi_1", 1000)
    processor.make_trouble(Trouble(DECLINED))
    take_back(register, {**card(1000, ref="pi_1"), "gateway": "stripe"})

    work(clock)

    assert CARD_NUMBER not in everything_kept()
    assert f"Your card {REMOVED} could not be refunded." in logged.getvalue()
    assert CARD_NUMBER not in logged.getvalue()


def test_a_mistake_of_ours_is_logged_without_it(
    register: Register, clock: Clock, logged: io.StringIO
) -> None:
    take_back(register, card(1000))

    work(clock, gateways=lambda name: Talkative(ValueError(f"no amount: {GROUPED}")))

    assert f"ValueError: no amount: {REMOVED}" in logged.getvalue()
    assert GROUPED not in logged.getvalue()
    assert GROUPED not in everything_kept()
