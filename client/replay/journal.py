"""What the replay remembers over a crash: one JSON object per line, appended, never changed.

The plan of a return is on disk before its request leaves. A rerun can then send the very same
request again, and the server, which knows the key, acts once.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Self

from client.errors import ClientError
from client.transport import JsonObject

SYNC_EVERY = 64


class JournalError(ClientError):
    """The journal cannot be read; going on could send something twice."""


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a plan: goods of one sale, `units` of them."""

    key: str
    body: JsonObject
    units: str


@dataclass(frozen=True, slots=True)
class Plan:
    """How one cancellation line is played. `wanted` units, of which the parts have some or all."""

    wanted: str
    parts: tuple[Part, ...]

    @property
    def matched(self) -> Decimal:
        return sum((Decimal(part.units) for part in self.parts), Decimal(0))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the server answered a part. `refunds` holds (tender kind, amount) pairs."""

    status: str
    codes: str = ""
    refunds: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class Remembered:
    """What earlier runs wrote."""

    sales: dict[str, str] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def take_in(self, record: JsonObject) -> None:
        """Raises KeyError, TypeError or ValueError for what no journal ever wrote."""
        if "sale" in record:
            self.sales[record["sale"]] = record["status"]
        elif "plan" in record:
            parts = tuple(Part(**part) for part in record["parts"])
            self.plans[record["plan"]] = Plan(record["wanted"], parts)
        else:
            refunds = tuple((str(kind), int(amount)) for kind, amount in record["refunds"])
            outcome = Outcome(record["status"], record["codes"], refunds)
            self.outcomes[record["answer"]] = outcome


class Journal:
    """An open journal: `before` is what earlier runs left; the methods add to it. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self.before = Remembered()
        self._writing = threading.Lock()
        self._unsynced = 0
        try:
            path.touch()
            whole = _load(path, self.before)
            self._file = path.open("ab")
            # Without the cut, the next record would be glued to half of the last one.
            self._file.truncate(whole)
        except OSError as exc:
            raise JournalError(f"cannot open the journal {path}: {exc.strerror}") from exc

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._writing:
            self._sync()
            self._file.close()

    def write_sale(self, invoice: str, status: str) -> None:
        self._append({"sale": invoice, "status": status})

    def write_plan(self, line: str, plan: Plan) -> None:
        """On disk when this returns."""
        parts = [asdict(part) for part in plan.parts]
        record: JsonObject = {"plan": line, "wanted": plan.wanted, "parts": parts}
        self._append(record, durable=bool(parts))

    def write_outcome(self, key: str, outcome: Outcome) -> None:
        self._append({"answer": key, **asdict(outcome)})

    def _append(self, record: JsonObject, *, durable: bool = False) -> None:
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        with self._writing:
            self._file.write(line)
            self._file.flush()
            self._unsynced += 1
            # An answer that is lost costs one repeated request, so answers are synced in batches.
            if durable or self._unsynced >= SYNC_EVERY:
                self._sync()

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._unsynced = 0


def _load(path: Path, remembered: Remembered) -> int:
    """Reads all records; gives the offset up to which they are whole."""
    offset = 0
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.endswith(b"\n"):
                break
            try:
                remembered.take_in(json.loads(line))
            except (ValueError, TypeError, KeyError) as exc:
                # A power cut may leave rubbish in the last block, but only there.
                if lines.read(1):
                    raise JournalError(f"{path}, line {number} is damaged: {exc}") from exc
                break
            offset += len(line)
    return offset
