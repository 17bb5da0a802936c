"""A mistake of ours, or of a processor's library, in the middle of a refund."""

from __future__ import annotations

import pytest

from apps.refunds.commands import GatewayAnswer, RefundOrder
from apps.refunds.gateways.base import Gateway
from apps.refunds.gateways.sandbox import SandboxGateway
from apps.refunds.models import Refund
from tests.refunds.scene import Clock, take_back, work
from tests.world import Register, card


class Broken(SandboxGateway):
    def refund(self, order: RefundOrder) -> GatewayAnswer:
        raise ValueError("4242 4242 4242 4242 is no amount")


def gateways(name: str) -> Gateway:
    return Broken() if name == "broken" else SandboxGateway()


def test_one_refund_that_cannot_be_carried_out_stops_no_other(
    register: Register, clock: Clock
) -> None:
    broken = {**card(1000), "gateway": "broken"}
    for tender in (broken, card(1000), card(1000)):
        take_back(register, tender)

    assert work(clock, gateways=gateways) == 3

    states = Refund.objects.order_by("created_at").values_list("gateway", "status")
    assert list(states) == [
        ("broken", "submitted"),
        ("sandbox", "succeeded"),
        ("sandbox", "succeeded"),
    ]


def test_it_is_logged_and_tried_again_when_its_lease_ends(
    register: Register, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    returned = take_back(register, {**card(1000), "gateway": "broken"})
    work(clock, gateways=gateways)
    assert f"refund {returned['refunds'][0]['id']} was not carried out" in caplog.text
    assert work(clock) == 0

    clock.forward(60)

    assert work(clock) == 1
    assert Refund.objects.get().status == "succeeded"
