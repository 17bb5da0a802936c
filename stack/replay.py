"""`make replay`: real sales and returns from a file, through the real API."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from stack.application import Application
from stack.console import StackError, say_plain, step
from stack.folder import ROOT, Folder, write_private
from stack.lifecycle import joined
from stack.processes import last_lines
from stack.summary import check_invariants, settle, show_summary

REGISTERS = 3


def replay(data: Path, workers: int) -> int:
    """Play the file into the stack that is up, or one brought up for it; 0 when all is sound."""
    if not data.is_file():
        raise StackError(f"There is no file {data}. Name one: `make replay DATA=path/to/file`.")
    with joined(Folder.default(), "make replay", web=True) as application:
        registers = _provision(application, data)
        journal = application.folder.path / "replay" / f"{data.stem}.jsonl"
        played = application.show(
            "client.replay",
            *("run", "--data", str(data), "--base-url", application.url),
            *("--registers", str(registers), "--keys", str(application.folder.keys)),
            *("--journal", str(journal)),
            *("--workers", str(workers)),
        )
        if played:
            say_plain(f"✗ Not everything went through; see {journal}.", "red")
        settled = settle(application, seconds=600)
        show_summary(application)
        return 0 if check_invariants(application) and settled and not played else 1


def _provision(application: Application, data: Path) -> Path:
    """Shops and registers for the file; returns where the registers are listed."""
    folder = application.folder.path / "replay"
    folder.mkdir(mode=0o700, exist_ok=True)
    shops = folder / f"{data.stem}.shops.json"
    registers = folder / f"{data.stem}.registers.json"
    with step("Shops in the file"):
        write_private(shops, _shops(application, data))
    with step("Registers for them"):
        application.manage(
            *("provision_shops", "--shops", str(shops), "--per-shop", str(REGISTERS)),
            *("--registers", str(registers), "--keys", str(application.folder.keys)),
        )
    return registers


def _shops(application: Application, data: Path) -> str:
    log = application.folder.logs / "replay.log"
    command = [sys.executable, "-m", "client.replay", "shops", "--data", str(data)]
    with log.open("ab") as errors:
        result = subprocess.run(
            command,
            cwd=ROOT,
            env=application.env,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            check=False,
        )
    if result.returncode:
        raise StackError(f"{data} could not be read.{last_lines(log)}")
    return result.stdout
