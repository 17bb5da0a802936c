"""Simulated registers: a whole day passes, twice on the same data, and failures are named."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from client import ListedRegister, ReturnsClient
from client.simulate.__main__ import main
from client.simulate.baskets import Basket, Pick, fill, sale_parts
from client.simulate.catalogue import BY_WEIGHT
from client.simulate.register import SimulatedRegister, spell
from client.simulate.scenarios import SCENARIOS
from tests.client.stand_in import Fault, Shop, StandIn

Simulate = Callable[..., dict[str, Any]]


@pytest.fixture
def simulate(server: StandIn, tmp_path: Path, registers: Callable[..., Path]) -> Simulate:
    def play(*names: str, sales: int = 20, returns: int = 14, code: int = 0) -> dict[str, Any]:
        report = tmp_path / "report.json"
        files = ["--registers", str(registers(*names)), "--keys", str(tmp_path / "keys")]
        files += ["--report", str(report)]
        counts = ["--sales", str(sales), "--returns", str(returns)]
        assert main(["--base-url", server.base_url, *files, *counts]) == code
        figures: dict[str, Any] = json.loads(report.read_text()) if code == 0 else {}
        return figures

    return play


def test_every_scenario_is_played(simulate: Simulate) -> None:
    report = simulate("7001-01", "7012-01")
    assert (report["sales"], report["returns"]) == (20, 14)
    wanted = {scenario.name for scenario in SCENARIOS} | {"at another shop"}
    assert set(report["returns_by_scenario"]) == wanted
    assert report["returns_by_scenario"]["more than sold"] == {"denied": 1}


def test_it_runs_again_at_once_on_the_same_data(simulate: Simulate, shop: Shop) -> None:
    simulate("7001-01")
    simulate("7001-01")
    assert len(shop.sales) == 2 * (20 + 1)  # what is too late was sold for itself


def test_more_returns_than_sales_is_possible(simulate: Simulate) -> None:
    report = simulate("7001-01", sales=0, returns=12)
    assert (report["sales"], report["returns"]) == (0, 12)


def test_the_failed_call_is_named(
    simulate: Simulate, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.faults.append(Fault("/returns", 403, "scope-missing"))
    simulate("7001-01", code=1)
    said = " ".join(capsys.readouterr().out.split())
    assert "shop 7001, register 01: POST returns (all) failed: 403 scope-missing" in said


def test_a_wrong_answer_is_named(
    simulate: Simulate, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    denied = {"id": "1", "status": "denied", "lines": [], "refund_total": 0, "refunds": []}
    shop.decide = lambda body: (denied, [])  # type: ignore[method-assign]
    simulate("7001-01", code=1)
    said = " ".join(capsys.readouterr().out.split())
    assert "POST returns (all): expected completed, got denied (no codes)" in said


@pytest.mark.parametrize("kind", list(Basket))
def test_every_basket_adds_up(kind: Basket) -> None:
    dice = Random(7)
    for _ in range(50):
        parts = sale_parts(kind, fill(kind, dice), "sbx_X")
        off = sum(discount["amount"] for discount in parts["discounts"])
        assert sum(line["total"] for line in parts["lines"]) - off == parts["total"]
        assert sum(tender["amount"] for tender in parts["tenders"]) == parts["total"]


def test_weighed_goods_are_rounded_half_up() -> None:
    tea = BY_WEIGHT[1]
    line = sale_parts(Basket.WEIGHED, [Pick(tea, Decimal("0.350"))], "sbx_X")["lines"][0]
    assert (line["quantity"], line["total"]) == ("0.350", 2048)
    assert line["taxes"][0]["amount"] == 341


def test_numbers_are_never_given_out_twice(client: ReturnsClient) -> None:
    listed = ListedRegister("7001", "01", "x")
    till = SimulatedRegister(listed, client, Random(1), clock=lambda: 1_800_000_000.0)
    first, second = till.sell(Basket.SINGLE), till.sell(Basket.SINGLE)
    assert second["sequence_number"] == first["sequence_number"] + 1
    assert second["receipt_number"] != first["receipt_number"]


def test_names_hold_no_digits_that_could_pass_for_a_card() -> None:
    assert spell(1_800_000_000_000).isalpha()
