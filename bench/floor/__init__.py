"""The ceiling PostgreSQL itself sets for a return's writes, measured with its own load generator."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg

from bench.figures import Point, point
from stack.console import StackError
from stack.postgres import program

HERE = Path(__file__).parent
DATABASE = "bench_floor"
SCRIPTS = {"floor": HERE / "steps.sql", "call": HERE / "call.sql"}


def prepare(database_url: str) -> None:
    """A scratch database beside ours on the same server, filled."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}".encode())
    scratch = urlsplit(database_url)._replace(path=f"/{DATABASE}").geturl()
    with psycopg.connect(scratch, autocommit=True) as connection:
        for file in ("schema.sql", "function.sql"):
            connection.execute((HERE / file).read_bytes())
        connection.execute("VACUUM ANALYZE")


def measure(database_url: str, script: str, *, clients: int, seconds: float, folder: Path) -> Point:
    """So many clients repeat the script for so many whole seconds."""
    folder.mkdir(exist_ok=True)
    socket = parse_qs(urlsplit(database_url).query)["host"][0]
    whole = max(1, round(seconds))
    command = [
        program("pgbench"), "--host", socket, "--username", "postgres", "--no-vacuum",
        "--protocol", "prepared", "--client", str(clients), "--jobs", "1", "--time", str(whole),
        "--file", str(SCRIPTS[script]), "--log", "--log-prefix", "floor", DATABASE,
    ]  # fmt: skip
    result = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    time.sleep(0.2)  # until the server has counted what its ended backends worked
    logs = list(folder.glob("floor.*"))
    latencies = read_latencies("".join(log.read_text() for log in logs))
    for log in logs:
        log.unlink()
    if result.returncode:
        raise StackError(f"The floor could not be measured. {result.stderr[-500:]}")
    return point(latencies, whole)


def read_latencies(log: str) -> list[float]:
    """Milliseconds from a transaction log: the third word of each line is microseconds."""
    return [int(line.split()[2]) / 1000 for line in log.splitlines()]
