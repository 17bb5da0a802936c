"""`python -m client.replay shops|run`: real sales, played through the API as registers would."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from client.errors import ClientError
from client.registers import load_registers
from client.replay.invoices import read_book
from client.replay.journal import Journal
from client.replay.lines import Line, read_lines
from client.replay.registers import Registers
from client.replay.report import Effort, adds_up, build_report, print_report
from client.replay.run import play_book
from client.replay.shops import shop_of
from client.retry import RetryPolicy
from client.transport import Transport

# A restarting server is waited for; a replay has time, unlike a customer at a till.
PATIENT = RetryPolicy(attempts=60, first_wait=0.1, longest_wait=10.0, give_up_after=300.0)
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything was played and adds up, 1 with a reason when not."""
    options = _read_options(arguments)
    console = Console(stderr=options.command == "shops")
    try:
        if options.command == "shops":
            return print_shops(options.data)
        return run(options, console)
    except ClientError as exc:
        console.print(f"Stopped: {exc}", style="red", markup=False, soft_wrap=True)
        if options.command == "run":
            console.print("Run the same command again to go on from here.")
        return 1
    except KeyboardInterrupt:
        console.print("Stopped by hand. Run the same command again to go on from here.")
        return INTERRUPTED


def print_shops(data: Path) -> int:
    """The shops that the file needs, as JSON on standard output."""
    countries = {line.country for line in read_lines(data) if isinstance(line, Line)}
    shops = sorted((shop_of(country) for country in countries), key=lambda shop: shop.number)
    sys.stdout.write(json.dumps([shop.as_json() for shop in shops], indent=2) + "\n")
    return 0


def run(options: argparse.Namespace, console: Console) -> int:
    """Plays the file, prints the tables, writes the report."""
    book = read_book(read_lines(options.data), options.limit)
    console.print(f"{book.line_count:,} lines, {book.invoice_count:,} invoices")
    transport = Transport(options.base_url, PATIENT)
    started = time.monotonic()
    try:
        registers = Registers(load_registers(options.registers), options.keys, transport)
        with Journal(options.journal) as journal:
            tally = play_book(book, registers, journal, options.workers, console)
    finally:
        transport.close()
    report = build_report(book, tally, Effort(transport.calls, time.monotonic() - started))
    print_report(report, console)
    if options.report:
        options.report.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    if not adds_up(book, tally):
        console.print("The categories do not add up to the number of CSV lines.", style="red")
        return 1
    if tally.refused:
        console.print("The server refused requests; see the table.", style="red")
        return 1
    return 0


def _read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m client.replay", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    shops = commands.add_parser("shops", help="print the shops the file needs, as JSON")
    play = commands.add_parser("run", help="play the file; safe to run again at any time")
    for command in (shops, play):
        command.add_argument("--data", type=Path, required=True, help="the CSV file, or .csv.gz")
    play.add_argument("--base-url", required=True)
    play.add_argument("--registers", type=Path, required=True, help="JSON list of them")
    play.add_argument("--keys", type=Path, required=True, help="folder of their keyrings")
    play.add_argument("--journal", type=Path, required=True, help="what a rerun goes on from")
    play.add_argument("--workers", type=_positive, default=4)
    play.add_argument("--limit", type=_positive, metavar="INVOICES", help="only the first ones")
    play.add_argument("--report", type=Path, help="write the figures here, as JSON")
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
