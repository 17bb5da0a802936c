"""`make soak-deliveries`, or `python -m soak.deliveries [--minutes 2] [--kills 100] [--seed 1]`."""

from __future__ import annotations

import argparse
import logging
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from soak.deliveries import conduct, report
from soak.deliveries.place import Place, brought_up
from soak.deliveries.plan import DeliveryPlan
from soak.table import show
from stack.console import say, say_plain
from stack.ending import exit_code_of
from stack.signals import stop_on_signals


def main(arguments: Sequence[str]) -> int:
    """0 only when everything that must be nought is nought, and what must have happened did."""
    options = _parser().parse_args(arguments)
    stop_on_signals()
    logging.getLogger("client").setLevel(logging.ERROR)
    plan = DeliveryPlan(
        seconds=options.seconds or options.minutes * 60, registers=options.registers,
        seed=options.seed, kills=options.kills, lost_share=0, killed_share=0, longest_open=3,
    )  # fmt: skip
    say_plain(
        f"{plan.registers} registers, {plan.seconds:g} s, {plan.kills} kills, seed {plan.seed}"
    )
    return exit_code_of(lambda: _run(plan, options.report))


def _run(plan: DeliveryPlan, file: Path | None) -> int:
    with brought_up() as place:
        return _judge(plan, place, file)


def _judge(plan: DeliveryPlan, place: Place, file: Path | None) -> int:
    run = conduct.run(plan, place)
    found = report.figures(run)
    show("Deliveries while workers die", found)
    if file:
        report.write(file, plan, run, found)
    if all(figure.holds for figure in found):
        say("[green]✓[/] Every event arrived.")
        return 0
    for trouble in report.troubles(run):
        say_plain(f"✗ {trouble}", "red")
    place.keep = True
    say_plain(f"✗ Not as it must be. Logs and data: {place.application.folder.path}", "red")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m soak.deliveries",
        description="Events go out while receivers misbehave and workers are killed.",
    )
    parser.add_argument("--minutes", type=float, default=2, help="for how long (default 2)")
    parser.add_argument("--seconds", type=float, help="the same in seconds, for short runs")
    parser.add_argument("--kills", type=int, default=100, help="workers killed (default 100)")
    parser.add_argument("--registers", type=int, default=6, help="how many (default 6)")
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(10**6), help="to throw the same dice again"
    )
    parser.add_argument("--report", type=Path, help="write all figures here, as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
