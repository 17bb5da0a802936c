"""What one register asked for and was promised: one JSON object per line, appended, never changed."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Entry:
    """Something asked for under a key. `answer` is what was promised, `refused` why it was not."""

    what: str  # sale | authorize | complete
    key: str
    receipt: str
    answer: Mapping[str, Any] | None = None
    refused: str = ""


class Journal:
    """Written line by line: what was asked for stands there before it is sent. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writing = threading.Lock()

    def sent(self, what: str, key: str, receipt: str) -> None:
        self._append({"sent": what, "key": key, "receipt": receipt})

    def answered(self, key: str, answer: Mapping[str, Any]) -> None:
        """Only what the books are held against."""
        kept = {name: answer[name] for name in ("id", "status", "refund_total") if name in answer}
        self._append({"answered": key, "answer": kept})

    def refused(self, key: str, why: str) -> None:
        self._append({"refused": key, "why": why})

    def _append(self, record: Mapping[str, Any]) -> None:
        with self._writing, self.path.open("a") as file:
            file.write(json.dumps(record) + "\n")


def read_journal(path: Path) -> list[Entry]:
    """Everything in the order in which it was asked for."""
    entries: dict[str, Entry] = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        record = json.loads(line)
        if "sent" in record:
            entry = Entry(record["sent"], record["key"], record["receipt"])
            entries[entry.key] = entry
        elif "answered" in record:
            entries[record["answered"]].answer = record["answer"]
        else:
            entries[record["refused"]].refused = record["why"]
    return list(entries.values())
