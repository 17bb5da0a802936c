"""`make soak-rotation`, or `python -m soak [--minutes 3] [--registers 12] [--seed 1] [--report file]`."""

from __future__ import annotations

import argparse
import logging
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from soak import conduct, report
from soak.figures import figures
from soak.place import Place, brought_up
from soak.plan import Plan
from soak.table import show
from stack.console import say, say_plain
from stack.ending import exit_code_of
from stack.signals import stop_on_signals


def main(arguments: Sequence[str]) -> int:
    """0 only when everything that must be nought is nought, and what must have happened did."""
    options = _parser().parse_args(arguments)
    stop_on_signals()
    logging.getLogger("client").setLevel(logging.ERROR)  # a rotation that has to wait is no news
    seconds = options.seconds or options.minutes * 60
    plan = Plan(seconds=seconds, registers=options.registers, seed=options.seed)
    say_plain(f"{plan.registers} registers, {plan.seconds:g} s, seed {plan.seed}")
    return exit_code_of(lambda: _run(plan, options.report))


def _run(plan: Plan, file: Path | None) -> int:
    with brought_up() as place:
        return _judge(plan, place, file)


def _judge(plan: Plan, place: Place, file: Path | None) -> int:
    run = conduct.run(plan, place)
    found = figures(run)
    show("Rotation while registers are at work", found)
    if file:
        report.write(file, plan, run, found)
    if all(figure.holds for figure in found):
        say("[green]✓[/] Nothing was disturbed.")
        return 0
    for trouble in report.troubles(run):
        say_plain(f"✗ {trouble}", "red")
    place.keep = True
    say_plain("✗ Not as it must be.", "red")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m soak",
        description="Registers at work while keys, tokens and servers change below them.",
    )
    parser.add_argument("--minutes", type=float, default=3, help="for how long (default 3)")
    parser.add_argument("--seconds", type=float, help="the same in seconds, for short runs")
    parser.add_argument("--registers", type=int, default=12, help="how many (default 12)")
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(10**6), help="to throw the same dice again"
    )
    parser.add_argument("--report", type=Path, help="write all figures here, as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
