"""Who used the processors: our servers, and whoever else is on the machine. Linux only; else nobody."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Reading:
    """Seconds of processor time up to a moment: of each server, of this program, of everybody."""

    at: float
    servers: dict[str, float]
    ours: float
    everybody: float


def read(servers: Mapping[str, int]) -> Reading:
    """Given process ids by name; children count, whether they run or have ended."""
    seconds = dict.fromkeys(servers, 0.0)
    names = {pid: name for name, pid in servers.items()}
    for stat in _PROC.glob("[0-9]*/stat"):
        with suppress(OSError):
            pid, parent, ticks = read_stat(stat.read_text())
            if name := names.get(pid) or names.get(parent):
                seconds[name] += ticks / _TICKS
    everybody = 0.0
    with suppress(OSError):
        everybody = read_busy((_PROC / "stat").read_text()) / _TICKS
    ours = sum(os.times()[:4])
    return Reading(time.monotonic(), seconds, ours + sum(seconds.values()), everybody)


def resident(pid: int) -> int:
    """Bytes of memory that a server and its children hold."""
    pages = 0
    for folder in _PROC.glob("[0-9]*"):
        with suppress(OSError):
            own, parent, _ = read_stat((folder / "stat").read_text())
            if pid in (own, parent):
                pages += int((folder / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def read_stat(line: str) -> tuple[int, int, int]:
    """(process, parent, ticks of its own and of its ended children) from a line of /proc/…/stat."""
    pid, _, rest = line.partition(" (")
    words = rest.rpartition(") ")[2].split()
    return int(pid), int(words[1]), sum(int(word) for word in words[11:15])


def read_busy(stat: str) -> int:
    """Ticks the processors were not idle, waiting for a disk or taken away, from /proc/stat."""
    user, nice, system, _idle, _wait, irq, softirq = map(int, stat.split()[1:8])
    return user + nice + system + irq + softirq
