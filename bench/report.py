"""What was measured, as a table for people and a file for comparing."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from bench.deliveries.measure import Deliveries
from bench.figures import Point, Spread, ratio, spread
from bench.listeners.measure import Listeners
from bench.sealing import Sealing
from bench.trail_search import TrailSearch

Results = Mapping[tuple[str, int], Sequence[Point]]

NAMES = {
    "floor": "floor: a statement at a time",
    "call": "floor: one call",
    "nothing": "nothing: GET terminals/self",
    "sales": "POST sales, 2 lines",
    "returns": "POST returns, 2 lines",
    "alone": "POST returns, worker paused",
}
_COLUMNS = (
    *("", "clients", "a second", "(min-max)", "p50 ms", "p95", "p99", "SQL", "web ms", "SQL ms"),
    *("x floor", "x call", "x nothing", "errors"),
)
OURS = ("sales", "returns", "alone")
# What a figure is compared with. The floor does a return's writes: sales are not held against it.
_AGAINST = {"floor": ("returns", "alone"), "call": ("returns", "alone"), "nothing": OURS}


def table(results: Results, statements: Mapping[str, int]) -> Table:
    """Medians of the rounds, with the lowest and highest rate; ratios are taken round by round."""
    shown = Table(title="Rates and latencies", title_justify="left", expand=False)
    for header in _COLUMNS:
        shown.add_column(header, justify="right" if header else "left", no_wrap=True)
    last = ""
    for (name, clients), points in sorted(results.items(), key=_place):
        if name != last:
            shown.add_section()
        shown.add_row(*_row(results, name, clients, points, statements))
        last = name
    return shown


def deliveries(found: Deliveries) -> str:
    """Three lines: how fast events go out, and how long one takes."""
    return "\n".join(
        [
            f"Deliveries: {found.events:,} events to one receiver in {found.seconds:,.1f} s, "
            f"{found.rate:,.0f} a second.",
            *(
                f"  From commit to receiver, {name}: p50 {delays.p50:,.0f} ms, "
                f"p99 {delays.p99:,.0f} ms ({delays.count} events, {delays.lost} lost)."
                for name, delays in (
                    ("idle", found.idle),
                    ("while registers return", found.loaded),
                )
            ),
        ]
    )


def sealing(found: Sealing) -> str:
    """Two lines: how fast entries get their seals, and how fast chains are walked."""
    sound = "nothing found" if found.sound else "SOMETHING IS WRONG, see audit.log"
    return (
        f"Sealing: {found.entries:,} entries, {found.sealed_per_s:,.0f} a second by the one sealer.\n"
        f"  Walking {found.walked:,}: {found.walked_per_s:,.0f} a second, {sound}."
    )


def trail_search(found: TrailSearch) -> str:
    """One line for each way into the trail."""
    lines = [
        f"Trail: {found.entries:,} entries written in {found.filled_s:,.0f} s, {found.gigabytes:.1f} GB with "
        f"indexes; {found.scans} ways read all of it. The first page by:"
    ]
    return "\n".join([*lines, *(f"  {name:<20} {ms:>9.2f} ms" for name, ms in found.ms.items())])


def listeners(found: Listeners) -> str:
    """What it costs to let so many wait, how soon they hear, and what others notice."""
    more = f" (more would meet {found.limit})" if found.limit else ""
    lines = [
        f"Listeners: {found.count:,} streams{more}, open after {found.opened_s:.1f} s.",
        f"  Memory: {found.kilobytes_each:.1f} kB each; the process has {found.resident_mb:,.0f} MB.",
        f"  Idle: {found.idle_cpu:.1f} % of a core (a comment to each every 15 s). As long polls of "
        f"25 s instead: {found.polling_cpu:.1f} %.",
    ]
    for name, delays in (("everybody", found.to_all), ("one shop", found.to_one_shop)):
        lines.append(
            f"  From commit to listener, news for {name} ({delays.ears:,} listeners): "
            f"p50 {delays.p50:,.0f} ms, p99 {delays.p99:,.0f} ms; to the last one "
            f"{delays.last_p50:,.0f} ms (median), {delays.last_max:,.0f} ms (longest). "
            f"Missed: {delays.missed}."
        )
    for name, point in found.api.items():
        lines.append(
            f"  GET terminals/self while {name}: {point.rate:,.0f}/s, p50 {point.p50:.1f} ms, "
            f"p99 {point.p99:.1f} ms, {point.errors} errors."
        )
    return "\n".join(lines)


def _place(item: tuple[tuple[str, int], Any]) -> tuple[int, int]:
    name, clients = item[0]
    return list(NAMES).index(name), clients


def _row(
    results: Results,
    name: str,
    clients: int,
    points: Sequence[Point],
    statements: Mapping[str, int],
) -> list[str]:
    rate = spread([p.rate for p in points])
    times = [f"{spread([getattr(p, q) for p in points]).middle:.1f}" for q in ("p50", "p95", "p99")]
    ratios = [
        f"{ratio(points, results[base, clients]).middle:.2f}"
        if name in ours and (base, clients) in results
        else ""
        for base, ours in _AGAINST.items()
    ]
    count = statements.get("returns" if name == "alone" else name)
    worked = [spread([p.cpu_ms.get(s, 0) for p in points]).middle for s in ("web", "PostgreSQL")]
    return [
        NAMES[name], str(clients), f"{rate.middle:,.0f}", f"({rate.low:,.0f}-{rate.high:,.0f})",
        *times, str(count or ""), *(f"{ms:.2f}" if ms >= 0.005 else "" for ms in worked), *ratios,
        str(sum(p.errors for p in points)),
    ]  # fmt: skip


def write(folder: Path, results: Results, **more: Any) -> Path:
    """Everything, round by round, in a new file."""
    folder.mkdir(parents=True, exist_ok=True)
    at = datetime.now(UTC)
    document = {
        "at": at.isoformat(timespec="seconds"),
        "machine": {
            "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "processor": platform.machine(), "system": platform.platform(),
        },
        **more,
        "points": [_point(results, *key) for key, _ in sorted(results.items(), key=_place)],
    }  # fmt: skip
    file = folder / f"{at:%Y%m%dT%H%M%SZ}.json"
    file.write_text(json.dumps(document, indent=1) + "\n")
    return file


def _point(results: Results, name: str, clients: int) -> dict[str, Any]:
    points = results[name, clients]
    against: dict[str, Spread] = {
        base: ratio(points, results[base, clients])
        for base, ours in _AGAINST.items()
        if name in ours and (base, clients) in results
    }
    return {
        "what": name, "clients": clients, "rate": asdict(spread([p.rate for p in points])),
        "ratios": {base: asdict(value) for base, value in against.items()},
        "rounds": [asdict(p) for p in points],
    }  # fmt: skip
