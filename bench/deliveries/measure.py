"""Filling, draining, and single events followed on their way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bench.figures import percentile
from bench.talk import Talk, started
from stack.application import Application
from stack.console import StackError, say, step

LOOK_EVERY = 1.0
STUCK_AFTER = 90  # seconds in which not one more was delivered
SAY_EVERY = 10.0
PROBE_EVERY, PROBE_FOR = 0.2, 20.0  # seconds


@dataclass(frozen=True, slots=True)
class Delays:
    """From commit to receiver, in milliseconds. `lost` is how many never came."""

    p50: float
    p99: float
    count: int
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What was measured. `idle`: a few events a second; `loaded`: registers return at full rate."""

    events: int
    seconds: float
    idle: Delays
    loaded: Delays

    @property
    def rate(self) -> float:
        return self.events / self.seconds


def measure(application: Application, events: int, load: Callable[[], object]) -> Deliveries:
    """`load` returns goods at full rate for some seconds; it runs beside the loaded probes."""
    with _talking(application) as (receiver, inside):
        port = receiver.first
        inside.ask("begin", url=f"http://127.0.0.1:{port}/")
        with step(f"{events:,} events written"):
            inside.ask("fill", count=events)
        with step("Delivered") as current:
            seconds = _drain(receiver, inside, events)
            current.note(f"{events / seconds:,.0f}/s")
        idle = _delays(receiver, inside, "idle")
        say(f"  idle: p50 {idle.p50:,.0f} ms, p99 {idle.p99:,.0f} ms")
        loaded = _under(load, lambda: _delays(receiver, inside, "loaded"))
        say(f"  loaded: p50 {loaded.p50:,.0f} ms, p99 {loaded.p99:,.0f} ms")
    return Deliveries(events, seconds, idle, loaded)


def _drain(receiver: Talk, inside: Talk, events: int) -> float:
    """Seconds from the word to the last of them."""
    began = float(inside.ask("start"))
    came: dict[str, float] = {}
    last_progress = last_said = time.monotonic()
    while len(came) < events:
        time.sleep(LOOK_EVERY)
        more = receiver.ask_plainly()
        if more:
            came.update(more)
            last_progress = time.monotonic()
        elif time.monotonic() - last_progress > STUCK_AFTER:
            raise StackError(f"{len(came):,} of {events:,} events came, and then no more.")
        if time.monotonic() - last_said > SAY_EVERY and len(came) < events:
            last_said = time.monotonic()
            rate = len(came) / (time.time() - began)
            say(f"  {len(came):,} of {events:,} delivered, {rate:,.0f}/s")
    return max(came.values()) - began


def _delays(receiver: Talk, inside: Talk, name: str) -> Delays:
    """Five events a second, or as many as get written."""
    while inside.ask("waiting"):
        time.sleep(LOOK_EVERY)
    receiver.ask_plainly()
    sent: dict[str, float] = {}
    over = time.time() + PROBE_FOR
    while time.time() < over:
        event_id, at = inside.ask("probe", subject=f"{name}-{len(sent)}")
        sent[event_id] = at
        time.sleep(max(0.0, at + PROBE_EVERY - time.time()))
    came: dict[str, float] = {}
    until = time.monotonic() + 60
    while len(came) < len(sent) and time.monotonic() < until:
        time.sleep(0.2)
        came.update(receiver.ask_plainly())
    found = sorted((came[one] - at) * 1000 for one, at in sent.items() if one in came)
    lost = len(sent) - len(found)
    return Delays(percentile(found, 0.5), percentile(found, 0.99), len(found), lost)


def _under(load: Callable[[], object], what: Callable[[], Delays]) -> Delays:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(load)
        time.sleep(2)  # until the load has been made
        found = what()
        loading.result()
    return found


@contextmanager
def _talking(application: Application) -> Iterator[tuple[Talk, Talk]]:
    """(receiver, inside), while the block lasts."""
    with ExitStack() as leaving:
        receiver, inside = (
            leaving.enter_context(started(application, f"bench.deliveries.{name}"))
            for name in ("receiver", "inside")
        )
        receiver.first = receiver.listen()
        yield receiver, inside
