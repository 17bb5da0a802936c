"""The whole replay against a server: right once, right again, right after a crash."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from client.replay.__main__ import main
from tests.client.answers import Reply
from tests.client.stand_in import Fault, Shop, StandIn

LINES = """
536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,POST,POSTAGE,1,2010-12-01 08:26:00,18.00,17850.0,United Kingdom
536370,85123A,HOLDER,2,2010-12-02 08:45:00,2.55,17850.0,United Kingdom
536371,22423,STAND,1,2010-12-02 09:00:00,10.95,,EIRE
536414,22139,,56,2010-12-02 11:52:00,0.0,,United Kingdom
536589,21777,,-10,2010-12-02 16:50:00,0.0,,United Kingdom
C536379,85123A,HOLDER,-3,2010-12-03 09:41:00,2.55,17850.0,United Kingdom
C536379,85123A,HOLDER,-1,2010-12-03 09:41:00,2.55,17850.0,United Kingdom
C536380,22423,STAND,-1,2010-12-03 10:00:00,10.95,,EIRE
C536381,85123A,HOLDER,-9,2010-12-04 10:00:00,2.55,17850.0,United Kingdom
C536382,22423,STAND,-1,2010-12-04 11:00:00,10.95,17850.0,United Kingdom
536590,broken
"""
FIGURES_OF_ONE_RUN = ("calls", "calls_per_second", "seconds")
Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(
    server: StandIn,
    tmp_path: Path,
    csv_file: Callable[[str], Path],
    registers: Callable[..., Path],
) -> Run:
    listed = registers("7001-01", "7001-02", "7012-01")
    data = csv_file(LINES)

    def replay(*more: str, code: int = 0, journal: str = "journal") -> dict[str, Any]:
        report = tmp_path / "report.json"
        files = ["--data", data, "--registers", listed, "--keys", tmp_path / "keys"]
        files += ["--journal", tmp_path / journal]
        arguments = ["run", "--base-url", server.base_url, "--report", report, *files, *more]
        assert main([str(argument) for argument in arguments]) == code
        figures: dict[str, Any] = json.loads(report.read_text())
        return {k: v for k, v in figures.items() if k not in FIGURES_OF_ONE_RUN}

    return replay


def test_every_line_ends_in_one_category(run: Run) -> None:
    report = run()
    assert {k: v for k, v in report["lines_by_category"].items() if v} == {
        "sale line taken in": 3,
        "sale line, not goods": 1,
        "sale line, price 0": 1,
        "negative quantity, not a cancellation": 1,
        "cancellation line, matched fully": 2,
        "cancellation line, matched partly": 1,
        "cancellation line, unmatched: no customer": 1,
        "cancellation line, unmatched: no earlier sale in the data": 1,
        "malformed": 1,
    }
    assert (report["lines_sum"], report["csv_lines"]) == (12, 12)
    assert report["malformed_lines"] == [{"line": 13, "reason": "2 columns instead of 8"}]


def test_goods_come_back_from_the_newest_sale_first(run: Run, shop: Shop) -> None:
    report = run()
    left = {receipt: s["lines"][0]["returnable_quantity"] for receipt, s in shop.sales.items()}
    assert left == {"OR-7001-536365": "0", "OR-7001-536370": "0", "OR-7012-536371": "1"}
    assert report["returns"]["approved"] == 4
    assert report["refunds"] == {"card": {"count": 4, "amount": 8 * 255}}
    assert report["cancelled_units"] == {"matched": "8", "unmatched": "7"}


def test_a_second_run_sends_nothing_and_says_the_same(run: Run, shop: Shop) -> None:
    first, requests = run(), len(shop.requests)
    assert run() == first
    assert len(shop.requests) == requests


def test_any_number_of_workers_ends_the_same(run: Run, shop: Shop, server: StandIn) -> None:
    first, state = run("--workers", "1"), shop.state()
    server.begin_anew()
    assert run("--workers", "7", journal="another") == first
    assert server.shop.state() == state


def test_a_lost_journal_changes_nothing_on_the_server(run: Run, shop: Shop) -> None:
    run()
    state = shop.state()
    report = run(journal="another")
    assert shop.state() == state
    assert report["sales"] == {"new": 0, "already there": 3, "conflict": 0, "refused": 0}
    assert report["lines_add_up"]


def test_a_used_key_ends_its_line(run: Run, shop: Shop) -> None:
    key = "online-retail-return-C536379-1-1"
    for terminal in ("7001-01", "7001-02"):
        shop.keys[terminal, key] = (b"another body", Reply(201, {}))
    report = run()
    assert report["lines_by_category"]["cancellation line, already there"] == 1
    assert all(key != "online-retail-return-C536379-1-2" for _, _, key in shop.requests)


def test_a_plan_without_answer_is_sent_again_as_it_was(
    run: Run, shop: Shop, tmp_path: Path
) -> None:
    first, state = run("--workers", "1"), shop.state()
    journal = tmp_path / "journal"
    kept = [r for r in journal.read_bytes().splitlines(True) if not r.startswith(b'{"answer"')]
    journal.write_bytes(b"".join(kept) + b'{"answer":"onl')
    assert run() == first
    assert shop.state() == state


def test_an_answer_lost_on_the_way_has_one_effect(run: Run, shop: Shop) -> None:
    shop.faults.append(Fault("/returns", None, after=True))
    report = run()
    assert report["returns"]["approved"] == len(shop.returns) == 4


def test_denials_are_counted_by_code(run: Run, shop: Shop) -> None:
    shop.deny_sku = "85123A"
    report = run()
    assert report["not_approved_by_code"] == {"denied: not-returnable": 5}
    assert (report["returns"]["approved"], report["refunds"]) == (0, {})


def test_a_conflict_is_counted_and_the_rest_goes_on(run: Run, shop: Shop) -> None:
    shop.faults.append(Fault("/sales", 409, "sale-conflict"))
    report = run("--workers", "1")
    assert report["sales"] == {"new": 2, "already there": 0, "conflict": 1, "refused": 0}
    assert report["lines_by_category"]["sale line of a sale the server refused"] == 1
    assert report["lines_add_up"]


def test_a_refused_request_fails_the_run_but_not_the_sum(run: Run, shop: Shop) -> None:
    shop.faults.append(Fault("/sales", 400, "bad-field"))
    report = run("--workers", "1", code=1)
    assert report["refused_by_code"] == {"bad-field": 1}
    assert report["lines_add_up"]


def test_a_limit_still_accounts_for_every_line(run: Run) -> None:
    report = run("--limit", "2")
    assert (report["invoices_played"], report["lines_add_up"]) == (2, True)
    assert report["lines_by_category"]["beyond the limit asked for"] == 8


def test_a_run_that_may_not_go_on_says_why(
    run: Run, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.faults.append(Fault("/sales", 403, "scope-missing"))
    with pytest.raises(FileNotFoundError):
        run("--workers", "1", code=1)
    assert "Stopped: 403 scope-missing" in capsys.readouterr().out


def test_a_shop_without_a_register_is_named_before_anything_is_played(
    run: Run, shop: Shop, registers: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    registers("7001-01")
    with pytest.raises(FileNotFoundError):
        run(code=1)
    assert "no register of shop 7012" in capsys.readouterr().out
    assert (shop.sales, shop.returns) == ({}, {})


def test_shops_are_printed_as_json(
    csv_file: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["shops", "--data", str(csv_file(LINES))]) == 0
    assert json.loads(capsys.readouterr().out)[1] == {
        "number": "7012",
        "name": "Online Retail EIRE",
        "country": "IE",
        "timezone": "Europe/Dublin",
        "currency": "GBP",
    }
