"""`make bench`, or `python -m bench [--seconds 5] [--rounds 3] [--part listeners]`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence

from rich.console import Console

from bench import cpu, report
from bench import sealing as trail
from bench.deliveries import measure as deliveries
from bench.figures import Point, point, with_cpu
from bench.listeners import measure as listeners
from bench.place import Place, brought_up
from bench.rounds import Bench
from bench.trail_search import measure as trail_search
from stack.console import console, say, say_plain, step
from stack.ending import exit_code_of
from stack.folder import Folder
from stack.signals import stop_on_signals

_WHAT_IT_IS = """\
Everything shares this one machine: the load, web (2 workers, 1 thread each), worker, beat, Valkey
and PostgreSQL, which is durable (fsync and synchronous_commit on). The floor is PostgreSQL alone
with a return's reads and writes over a lean schema of its own. Floor, nothing and «paused» have
worker and beat standing still; POST sales and POST returns have them at work. HTTP is kept alive.
Ours is held against the floor of the same round and as many clients: «x floor» and so on.
«SQL» counts round trips to PostgreSQL for one call, BEGIN and COMMIT among them; «web ms» and
«SQL ms» are the processor time web and PostgreSQL spend on one (the worker's statements included)."""
LOADED_S = 25.0
_WAITING = """
SELECT (SELECT count(*) FROM refunds_refund WHERE status = 'succeeded' AND gateway <> ''),
       (SELECT count(*) FROM refunds_refund WHERE status = 'submitted'),
       (SELECT count(*) FROM events_event WHERE position IS NULL)
"""


def main(arguments: Sequence[str]) -> int:
    """Measure, show, keep the figures; 0 when every call was answered as it should be."""
    options = _parser().parse_args(arguments)
    stop_on_signals()
    return exit_code_of(lambda: max(_parts(options)))


def _parts(options: argparse.Namespace) -> Iterator[int]:
    folder, part = Folder(Folder.default().path / "bench"), options.part
    if part != "listeners":
        with brought_up(folder) as place:
            if part in ("all", "calls"):
                yield _measure(place, options.seconds, options.rounds)
            if part in ("all", "deliveries"):
                yield _measure_deliveries(place)
            if part in ("all", "sealing"):
                yield _measure_sealing(place)
            if part == "search":
                yield _measure_search(place)
    if part in ("all", "listeners"):
        with brought_up(folder, streams=True) as place:
            yield _measure_listeners(place)


def _measure(place: Place, seconds: float, rounds: int) -> int:
    started = time.monotonic()
    bench = Bench(place, seconds, _say_point)
    with step("Warm"):
        bench.warm_up()
    for number in range(1, rounds + 1):
        say(f"[bold]Round {number} of {rounds}[/]")
        bench.round()
    say_plain(_WHAT_IT_IS)
    wide = Console(width=None if console.is_terminal else 170, highlight=False)
    wide.print(report.table(bench.results, place.statements))
    sent, refunds, events = place.fetch(_WAITING)
    say(
        f"Worker: {sent:,} card refunds sent meanwhile, {refunds:,} waiting; {events:,} events waiting."
    )
    _say_others(bench)
    sound = _verify(place)
    file = report.write(
        place.application.folder.path, bench.results, statements=place.statements,
        seconds=seconds, rounds=rounds, errors=bench.errors,
    )  # fmt: skip
    for text, count in bench.errors.items():
        say_plain(f"✗ {count} times: {text}", "red")
    say(f"{time.monotonic() - started:.0f} s. Figures: {file}")
    return 0 if sound and not bench.errors else 1


def _measure_deliveries(place: Place) -> int:
    """BENCH_EVENTS events drained, and the delay of single ones."""
    say("[bold]Deliveries[/]")
    bench = Bench(place, 5, _say_point)
    with step("Goods sold, to be returned meanwhile"):
        bench.stock_up(LOADED_S)
    events = int(os.environ.get("BENCH_EVENTS", "50000"))
    before = cpu.read(place.pids)
    found = deliveries.measure(
        place.application, events, lambda: bench.return_all_the_while(LOADED_S)
    )
    others = with_cpu(point([], 1), before, cpu.read(place.pids)).others
    say_plain(report.deliveries(found))
    say(f"Other programs used {others:.2f} cores meanwhile.")
    return 0 if not (found.idle.lost or found.loaded.lost or bench.errors) else 1


def _measure_sealing(place: Place) -> int:
    """BENCH_ENTRIES of the trail sealed; then every chain walked, those of the returns before too."""
    say("[bold]Sealing[/]")
    found = trail.measure(place, int(os.environ.get("BENCH_ENTRIES", "50000")))
    say_plain(report.sealing(found))
    return 0 if found.sound else 1


def _measure_search(place: Place) -> int:
    """BENCH_ENTRIES of the trail made, and every way into it asked for its first page."""
    say("[bold]Search in the trail[/]")
    found = trail_search(place, int(os.environ.get("BENCH_ENTRIES", "10000000")))
    say_plain(report.trail_search(found))
    return 1 if found.scans else 0


def _measure_listeners(place: Place) -> int:
    """BENCH_LISTENERS who wait: what they cost, and how soon they hear."""
    say("[bold]Listeners[/]")
    before = cpu.read(place.pids)
    found = listeners.measure(place, int(os.environ.get("BENCH_LISTENERS", "2000")))
    others = with_cpu(point([], 1), before, cpu.read(place.pids)).others
    say_plain(report.listeners(found))
    say(f"Other programs (those who listen among them) used {others:.2f} cores meanwhile.")
    missed = found.to_all.missed + found.to_one_shop.missed
    return 0 if not missed and not any(point.errors for point in found.api.values()) else 1


def _say_point(name: str, clients: int, measured: Point) -> None:
    errors = f"  [red]{measured.errors} errors[/]" if measured.errors else ""
    say(
        f"  {report.NAMES[name]:<28} {clients:>2} clients {measured.rate:>7,.0f}/s"
        f"  p99 {measured.p99:.1f} ms{errors}"
    )


def _say_others(bench: Bench) -> None:
    """Figures of a busy machine are worth little, and the ratios suffer too."""
    others = sorted(point.others for points in bench.results.values() for point in points)
    busiest, middle = others[-1], others[len(others) // 2]
    style = "yellow" if middle > 0.15 else ""
    say(f"Other programs used {middle:.2f} cores meanwhile (median; up to {busiest:.2f}).", style)
    if style:
        say("Repeat it on a quiet machine: others slow few processes more than many.", style)


def _verify(place: Place) -> bool:
    """Whether the books agree after all that; True where there is no such command."""
    _, commands = place.application.try_manage("help", "--commands")
    if "verify" not in commands.split():
        return True
    with step("Books checked") as current:
        code, output = place.application.try_manage("verify")
        if code:
            current.fail("they do not agree")
    say_plain(output)
    return code == 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure rates and latencies on this machine, against its own floor.",
    )
    parser.add_argument("--seconds", type=float, default=5, help="for each point (default 5)")
    parser.add_argument("--rounds", type=int, default=3, help="of all points (default 3)")
    parser.add_argument(
        "--part", choices=["all", "calls", "deliveries", "sealing", "search", "listeners"], default="all",
        help="of what is measured; deliveries: BENCH_EVENTS events (default 50,000); "
        "sealing: BENCH_ENTRIES of the trail (default 50,000); "
        "search (not in all): a trail of BENCH_ENTRIES (default 10,000,000); "
        "listeners: BENCH_LISTENERS of them (default 2,000)",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
