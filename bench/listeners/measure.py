"""Opening the lines, waiting, telling; and what registers notice of it that do not listen."""

from __future__ import annotations

import json
import resource
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from bench import cpu
from bench.figures import Point, percentile, point
from bench.messages import Job
from bench.place import Place, run_module
from bench.talk import Talk, started
from stack.console import step

SHOPS = 50
LINES_EACH = 4  # a register may have eight
IDLE_S = 30.0
NEWS = 30
API_S = 3.0
SPARE_FILES = 200
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Delays:
    """Milliseconds from the commit to a listener, and to the last one of all."""

    p50: float
    p99: float
    last_p50: float
    last_max: float
    ears: int
    missed: int


@dataclass(frozen=True, slots=True)
class Listeners:
    """What was measured. Processor time is in percent of one core."""

    count: int
    limit: str  # what kept it from being more, if anything did
    opened_s: float
    kilobytes_each: float
    resident_mb: float
    idle_cpu: float
    polling_cpu: float
    to_all: Delays
    to_one_shop: Delays
    api: dict[str, Point]


def measure(place: Place, wanted: int) -> Listeners:
    count, limit = _allowed(wanted)
    application = place.application
    with (
        started(application, "bench.listeners.audience") as audience,
        started(application, "bench.listeners.inside") as inside,
    ):
        with step(f"{count // LINES_EACH:,} registers in {SHOPS} shops"):
            tokens = inside.ask("registers", count=count // LINES_EACH, shops=SHOPS) * LINES_EACH
        api = {"nobody listens": _api(place)}
        before, began = cpu.resident(place.pids["streams"]), time.monotonic()
        with step(f"{len(tokens):,} streams opened") as current:
            audience.ask("open", url=application.stream_url, tokens=tokens, kind="stream")
            opened_s = time.monotonic() - began
            current.note(f"{opened_s:.1f} s")
        after = cpu.resident(place.pids["streams"])
        with step(f"{IDLE_S:.0f} s of nothing"):
            idle_cpu = _cpu(place)
        api["all listen"] = _api(place)
        with step(f"{NEWS} news for all, {NEWS} for one shop"):
            to_all = _delays(inside, audience, "tell_all", len(tokens))
            to_one = _delays(inside, audience, "tell_one_shop", len(tokens) // SHOPS)
        api["all hear ten news a second"] = _beside(place, inside)
        audience.ask("close")
        with step(f"{len(tokens):,} long polls of 25 s instead, {IDLE_S:.0f} s of nothing"):
            audience.ask("open", url=application.stream_url, tokens=tokens, kind="poll")
            _cpu(place)  # until each has been let in and waits
            polling_cpu = _cpu(place)
        audience.ask("close")
    each = (after - before) / 1024 / len(tokens)
    return Listeners(
        len(tokens),
        limit,
        opened_s,
        each,
        after / 2**20,
        idle_cpu,
        polling_cpu,
        to_all,
        to_one,
        api,
    )


def _allowed(wanted: int) -> tuple[int, str]:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if wanted + SPARE_FILES <= most:
        return wanted, ""
    return most - SPARE_FILES, f"the limit of {most:,} open files of a process (ulimit -Hn)"


def _cpu(place: Place) -> float:
    """Percent of a core that the process works in IDLE_S seconds."""
    before = cpu.read(place.pids)
    time.sleep(IDLE_S)
    after = cpu.read(place.pids)
    spent = after.servers["streams"] - before.servers["streams"]
    return 100 * spent / (after.at - before.at)


def _delays(inside: Talk, audience: Talk, order: str, ears: int) -> Delays:
    """News one by one, each after the one before was heard by all."""
    all_of_them: list[float] = []
    last: list[float] = []
    missed = 0
    for number in range(NEWS):
        tag = f"{order.replace('_', '-')}-{number}"
        committed = inside.ask(order, tag=tag)
        heard = _heard(audience, tag, ears)
        missed += ears - len(heard)
        delays = [(moment - committed) * 1000 for moment in heard]
        all_of_them += delays
        last.append(max(delays, default=0.0))
    all_of_them.sort()
    last.sort()
    p50, p99 = (percentile(all_of_them, share) for share in (0.5, 0.99))
    return Delays(p50, p99, percentile(last, 0.5), last[-1], ears, missed)


def _heard(audience: Talk, tag: str, ears: int) -> list[float]:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        heard: list[float] = audience.ask("when", tag=tag)
        if len(heard) >= ears:
            return heard
        time.sleep(0.1)
    return heard


def _beside(place: Place, inside: Talk) -> Point:
    """The API while ten news a second go to everybody."""
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(_api, place)
        number = 0
        while not asked.done():
            inside.ask("tell_all", tag=f"beside-{number}")
            number += 1
            time.sleep(0.1)
        return asked.result()


def _api(place: Place) -> Point:
    """`GET terminals/self` from four clients, at the ordinary API."""
    job = Job(
        "nothing", place.application.url, 4, API_S, place.tokens, datetime.now(UTC).isoformat()
    )
    answer = json.loads(run_module(place.application, "bench.load", given=json.dumps(asdict(job))))
    return point(answer["latencies"], answer["seconds"], sum(answer["errors"].values()))
