"""The order in which things are measured: the floor, nothing, ours, and again."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from secrets import token_hex

from bench import cpu, floor
from bench.figures import Point, point, with_cpu
from bench.messages import Job
from bench.place import Place, run_module
from stack.console import StackError

CLIENTS = (1, 4, 16)
MOST_A_SECOND = 2_000

Results = dict[tuple[str, int], list[Point]]


@dataclass
class Bench:
    """One run: its results so far, and the sales that wait to be taken back."""

    place: Place
    seconds: float
    on_point: Callable[[str, int, Point], None]
    results: Results = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    _sold: deque[str] = field(default_factory=deque)
    _sales: int = 1000
    _tag: str = field(default_factory=lambda: f"BENCH-{token_hex(3).upper()}")

    @property
    def _short(self) -> float:
        """What is only compared with does so many that less time is enough."""
        return max(1, self.seconds * 0.4)

    def warm_up(self) -> None:
        """Fill caches, prepare statements, and let the planner know the tables."""
        floor.prepare(self.place.application.database_url)
        with self.place.background_paused():
            self._load("sales", 4, 2 * self.seconds)  # a stock of sales for all the rounds
            self.place.fetch("VACUUM ANALYZE")
            for kind in ("returns", "nothing"):
                self._load(kind, 4, 1)
            for script in floor.SCRIPTS:
                self._floor(script, 4, 1)
        self.place.fetch("VACUUM ANALYZE")

    def round(self) -> None:
        """Every point once. Sales come before returns, which take them back."""
        for clients in CLIENTS:
            with self.place.background_paused():
                for name in ("floor", "call", "nothing"):
                    self._measure(name, clients, self._short)
            for name in ("sales", "returns"):
                self._measure(name, clients, self.seconds)
            with self.place.background_paused():
                self._measure("alone", clients, self._short)

    def stock_up(self, seconds: float) -> None:
        """Sell for as long as is returned later: a sale costs about as much as a return."""
        self._load("sales", 4, seconds)

    def return_all_the_while(self, seconds: float) -> None:
        """Returns as fast as they go, with worker and beat at work."""
        self._load("returns", 4, seconds)

    def _measure(self, name: str, clients: int, seconds: float) -> None:
        before = cpu.read(self.place.pids)
        if name in floor.SCRIPTS:
            measured = self._floor(name, clients, seconds)
        else:
            measured = self._load("returns" if name == "alone" else name, clients, seconds)
        measured = with_cpu(measured, before, cpu.read(self.place.pids))
        self.results.setdefault((name, clients), []).append(measured)
        self.on_point(name, clients, measured)

    def _floor(self, script: str, clients: int, seconds: float) -> Point:
        application = self.place.application
        folder = application.folder.path / "floor"
        return floor.measure(
            application.database_url, script, clients=clients, seconds=seconds, folder=folder
        )

    def _load(self, kind: str, clients: int, seconds: float) -> Point:
        most = round(seconds * MOST_A_SECOND)
        receipts: list[str] = []
        if kind == "returns":
            receipts = [self._sold.popleft() for _ in range(min(most, len(self._sold)))]
            if not receipts:
                raise StackError(
                    "All sales have been taken back: selling is slower than returning."
                )
        job = Job(
            kind, self.place.application.url, clients, seconds, self.place.tokens,
            datetime.now(UTC).isoformat(), self._tag, self._sales, most, receipts,
        )  # fmt: skip
        answer = json.loads(
            run_module(self.place.application, "bench.load", given=json.dumps(asdict(job)))
        )
        if kind == "sales":
            self._sales += most
            self._sold.extend(answer["receipts"])
        else:
            done = set(answer["receipts"])
            self._sold.extendleft(r for r in reversed(receipts) if r not in done)
        for text, count in answer["errors"].items():
            self.errors[text] = self.errors.get(text, 0) + count
        return point(answer["latencies"], answer["seconds"], sum(answer["errors"].values()))
