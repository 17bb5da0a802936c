"""`make soak-trail`, or `python -m soak.trail [--returns 1000] [--clients 50]`."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.place import Place, brought_up
from soak.table import show
from soak.trail import report, rush
from stack.console import say, say_plain
from stack.ending import exit_code_of
from stack.folder import Folder
from stack.signals import stop_on_signals


def main(arguments: Sequence[str]) -> int:
    """0 only when everything that must be nought is nought, and what must have happened did."""
    options = _parser().parse_args(arguments)
    stop_on_signals()
    return exit_code_of(lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    folder = Folder(Path(tempfile.mkdtemp(prefix="returns-soak-")))
    try:
        with brought_up(folder, settings={"track_commit_timestamp": "on"}) as place:
            return _judge(place, options)
    finally:
        shutil.rmtree(folder.path, ignore_errors=True)


def _judge(place: Place, options: argparse.Namespace) -> int:
    run = rush.run(place, returns=options.returns, clients=options.clients)
    found = report.figures(run)
    show("A rush of returns", found)
    for text, count in run.errors.items():
        say_plain(f"✗ {count} times: {text}", "red")
    if all(figure.holds for figure in found):
        say("[green]✓[/] One unbroken chain for each shop.")
        return 0
    say_plain("✗ Not as it must be.", "red")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m soak.trail",
        description="Many returns at once, and the chains of the trail they leave.",
    )
    parser.add_argument("--returns", type=int, default=1000, help="how many (default 1000)")
    parser.add_argument("--clients", type=int, default=50, help="lines at once (default 50)")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
