"""The Django project as its own processes: commands that end, and servers that stay."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from stack.console import StackError, console, say, step
from stack.folder import ROOT, Folder
from stack.processes import Child, free_port, last_lines, stop_all, wait_until, with_parent

PREFERRED_PORT = 8000
READY_TIMEOUT = 60


@dataclass(frozen=True)
class Application:
    """One installation: its data folder, its databases, and the address it has or would have.

    Without a `stream_url` nothing is served that waits.
    """

    folder: Folder
    url: str
    database_url: str
    redis_url: str
    stream_url: str = ""

    @property
    def env(self) -> dict[str, str]:
        """The environment of every process of this installation."""
        env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "returns_mgmt.settings",
            "DEVELOPMENT": "1",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "PUBLIC_URL": self.url,
            "STREAM_URL": self.stream_url or self.url,
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "DATA_DIR": str(self.folder.path),
            "PYTHONUNBUFFERED": "1",
            "NO_PROXY": ",".join(filter(None, ("127.0.0.1,localhost", os.environ.get("NO_PROXY")))),
        }
        env.setdefault("SECRET_KEY", self.folder.secret_key())
        return env

    def manage(self, *arguments: str) -> str:
        """What a management command prints. Raises with the end of its log when it fails."""
        log = self.folder.logs / f"{arguments[0]}.log"
        before = log.stat().st_size if log.exists() else 0
        code, output = self.try_manage(*arguments)
        if code:
            raise StackError(f"`manage.py {arguments[0]}` failed.{last_lines(log, before)}")
        return output

    def try_manage(self, *arguments: str) -> tuple[int, str]:
        """Exit code and standard output of a management command; errors go to its log."""
        with (self.folder.logs / f"{arguments[0]}.log").open("ab") as log:
            result = subprocess.run(
                [sys.executable, "manage.py", *arguments],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                preexec_fn=with_parent(signal.SIGTERM),
                check=False,
            )
        return result.returncode, result.stdout.decode(errors="replace")

    def module(self, name: str, *arguments: str) -> Child:
        """A Python module of ours that draws on the terminal, ready to be run."""
        command = [sys.executable, "-m", name, *arguments]
        return Child(name, command, env=self.env, cwd=ROOT, grace=3)

    def show(self, name: str, *arguments: str) -> int:
        """Run such a module to its end and return its exit code."""
        try:
            return self.module(name, *arguments).run()
        finally:
            console.show_cursor()  # a progress bar that was cut off leaves it hidden


@contextmanager
def serving(application: Application) -> Iterator[tuple[Child, ...]]:
    """Web, streams, worker and beat, ready to answer; stopped at the end."""
    children = tuple(
        Child(
            name,
            [sys.executable, "-m", *command],
            env=application.env,
            cwd=ROOT,
            log=application.folder.logs / f"{name}.log",
            # After its SIGTERM a worker waits for its tasks without end, and there would be nobody
            # left to lose patience with it.
            death_signal=signal.SIGQUIT if name in ("worker", "feed", "deliveries") else None,
        )
        for name, command in _servers(application).items()
    )
    try:
        streams = "streams, " if application.stream_url else ""
        with step(f"Web, {streams}workers and beat") as current:
            for child in children:
                child.start()
            for url, child in zip(_addresses(application), children, strict=False):
                if not wait_until(partial(_ready, url), timeout=READY_TIMEOUT, watch=children):
                    raise StackError(f"{url}/readyz does not answer 200.{child.last_words()}")
            current.note(f"ready at {application.url}")
        yield children
    finally:
        stop_all(children)


def pick_url() -> str:
    """The address for a new web server: port 8000 (or PORT) if it is free, else another."""
    preferred = int(os.environ.get("PORT") or PREFERRED_PORT)
    port = free_port(preferred)
    if port != preferred:
        say(f"[yellow]![/] Port {preferred} is taken, using {port}")
    return f"http://127.0.0.1:{port}"


def pick_stream_url(url: str) -> str:
    """The address for what waits: the next port if it is free, else another."""
    return f"http://127.0.0.1:{free_port((urlsplit(url).port or PREFERRED_PORT) + 1)}"


def _addresses(application: Application) -> list[str]:
    """Of the servers that listen, in their order."""
    return [url for url in (application.url, application.stream_url) if url]


def _servers(application: Application) -> dict[str, list[str]]:
    """What listens comes first."""
    streams = {"streams": _streams(application.stream_url)} if application.stream_url else {}
    celery = ["celery", "-A", "returns_mgmt"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]  # one worker, no peers
    schedule = str(application.folder.run / "celerybeat-schedule")
    return {
        "web": [
            *_granian("wsgi", application.url, workers=2),
            *("--blocking-threads", "1", "returns_mgmt.wsgi:application"),
        ],
        **streams,
        "worker": [*celery, "worker", "--loglevel", "WARNING", "--concurrency", "2", *quiet],
        "feed": [
            *celery,
            "worker",
            "-Q",
            "feed,trail",
            "--pool",
            "solo",
            "--loglevel",
            "WARNING",
            *quiet,
        ],
        "deliveries": [
            *(*celery, "worker", "-Q", "deliveries", "--pool", "threads", "--concurrency", "16"),
            *("--loglevel", "WARNING", *quiet),
        ],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "-s", schedule, "--pidfile", ""],
    }


def _streams(url: str) -> list[str]:
    # Each request that waits counts as one being processed: the usual bound is far too low. Without
    # HTTP/2, which a proxy does not speak to us, each line holds a quarter less memory.
    many = ["--backlog", "4096", "--backpressure", "20000", "--http", "1"]
    return [*_granian("asgi", url, workers=1), *many, "returns_mgmt.asgi:application"]


def _granian(interface: str, url: str, *, workers: int) -> list[str]:
    return [
        *("granian", "--interface", interface, "--host", "127.0.0.1"),
        *("--port", str(urlsplit(url).port), "--workers", str(workers), "--no-ws"),
        *("--respawn-failed-workers", "--workers-kill-timeout", "5"),
        *("--log-level", "warning", "--no-access-log"),
    ]


def _ready(url: str) -> bool:
    # Not by `requests`: a proxy from the environment has no business on loopback.
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    try:
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        return False
    finally:
        connection.close()
