"""`python -m client.simulate`: registers that sell, and take back, through the real API."""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.table import Table

from client.errors import ClientError
from client.progress import watch
from client.registers import load_registers, open_register
from client.simulate.day import Day, Figures, plan_days, play_day
from client.simulate.register import SimulatedRegister
from client.transport import JsonObject, Transport

MOST_AT_ONCE = 8
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every call was answered as it must be, 1 with the name of the call when not."""
    options = _read_options(arguments)
    console = Console()
    try:
        report = simulate(options, console)
    except ClientError as exc:
        console.print(f"Failed: {exc}", style="red", markup=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped by hand.")
        return INTERRUPTED
    print_report(report, console)
    if options.report:
        options.report.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


def simulate(options: argparse.Namespace, console: Console) -> JsonObject:
    """Lets all registers have their day; gives the figures."""
    transport = Transport(options.base_url)
    started = time.monotonic()
    try:
        figures = _play(_open_tills(options, transport), transport, console)
    finally:
        transport.close()
    return build_report(figures, transport.calls, time.monotonic() - started)


def _open_tills(options: argparse.Namespace, transport: Transport) -> list[Day]:
    tills = [
        SimulatedRegister(
            listed, open_register(listed, options.keys, transport), approver=options.approver
        )
        for listed in load_registers(options.registers)
    ]
    return plan_days(tills, options.sales, options.returns)


def _play(days: Sequence[Day], transport: Transport, console: Console) -> list[Figures]:
    stop = threading.Event()
    figures = [Figures() for _ in days]

    def give_up() -> None:
        stop.set()
        transport.stop_waiting()

    with ThreadPoolExecutor(min(len(days), MOST_AT_ONCE), thread_name_prefix="till") as pool:
        pairs = zip(days, figures, strict=True)
        watch(
            [pool.submit(play_day, day, own, stop) for day, own in pairs],
            console=console,
            label="simulate",
            unit="sales and returns",
            total=sum(day.sales + day.returns for day in days),
            done=lambda: sum(own.done for own in figures),
            calls=lambda: transport.calls,
            stop=give_up,
        )
    return figures


def build_report(figures: Sequence[Figures], calls: int, seconds: float) -> JsonObject:
    """The counts: sales by basket, returns by scenario and by what came of them."""
    sales: Counter[str] = Counter()
    returns: Counter[tuple[str, str]] = Counter()
    for own in figures:
        sales.update({str(kind): count for kind, count in own.sales.items()})
        returns.update(own.returns)
    scenarios: dict[str, dict[str, int]] = {}
    for (scenario, outcome), count in sorted(returns.items()):
        scenarios.setdefault(scenario, {})[outcome] = count
    return {
        "registers": len(figures),
        "sales": sales.total(),
        "sales_by_basket": dict(sorted(sales.items())),
        "returns": returns.total(),
        "returns_by_scenario": scenarios,
        "calls": calls,
        "seconds": round(seconds, 1),
    }


def print_report(report: JsonObject, console: Console) -> None:
    table = Table("what", "how it went", title="Simulated registers", title_justify="left")
    table.add_column("count", justify="right")
    for basket, count in report["sales_by_basket"].items():
        table.add_row(f"sale, {basket}", "taken in", str(count))
    table.add_section()
    for scenario, outcomes in report["returns_by_scenario"].items():
        for outcome, count in outcomes.items():
            table.add_row(f"return, {scenario}", outcome, str(count))
    console.print(table)
    console.print(
        f"{report['registers']} registers, {report['sales']} sales, {report['returns']} returns, "
        f"{report['calls']} calls, {report['seconds']} s"
    )


def _read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m client.simulate", description=__doc__)
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--registers", type=Path, required=True, help="JSON list of them")
    parser.add_argument("--keys", type=Path, required=True, help="folder of their keyrings")
    parser.add_argument("--sales", type=_count, default=60)
    parser.add_argument("--returns", type=_count, default=40)
    parser.add_argument(
        "--approver", type=_approver, help="NUMBER:PIN of a manager, where the rules ask for one"
    )
    parser.add_argument("--report", type=Path, help="write the counts here, as JSON")
    return parser.parse_args(arguments)


def _approver(text: str) -> tuple[str, str]:
    number, _colon, pin = text.rpartition(":")
    if not (number and pin):
        raise argparse.ArgumentTypeError("must be NUMBER:PIN")
    return number, pin


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
