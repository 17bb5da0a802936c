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
from urllib.parse import urlsplit

from stack.console import StackError, console, say, step
from stack.folder import ROOT, Folder
from stack.processes import Child, free_port, last_lines, stop_all, wait_until, with_parent

PREFERRED_PORT = 8000
READY_TIMEOUT = 60


@dataclass(frozen=True)
class Application:
    """One installation: its data folder, its databases, and the address it has or would have."""

    folder: Folder
    url: str
    database_url: str
    redis_url: str

    @property
    def env(self) -> dict[str, str]:
        """The environment of every process of this installation."""
        env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "returns_mgmt.settings",
            "DEVELOPMENT": "1",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "PUBLIC_URL": self.url,
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
    """Web, worker and beat, ready to answer; stopped at the end."""
    children = tuple(
        Child(
            name,
            [sys.executable, "-m", *command],
            env=application.env,
            cwd=ROOT,
            log=application.folder.logs / f"{name}.log",
            # After its SIGTERM a worker waits for its tasks without end, and there would be nobody
            # left to lose patience with it.
            death_signal=signal.SIGQUIT if name == "worker" else None,
        )
        for name, command in _servers(application).items()
    )
    try:
        with step("Web, worker and beat") as current:
            for child in children:
                child.start()
            if not wait_until(
                lambda: _ready(application.url), timeout=READY_TIMEOUT, watch=children
            ):
                raise StackError(
                    f"{application.url}/readyz does not answer 200.{children[0].last_words()}"
                )
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


def _servers(application: Application) -> dict[str, list[str]]:
    port = str(urlsplit(application.url).port)
    celery = ["celery", "-A", "returns_mgmt"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]  # one worker, no peers
    schedule = str(application.folder.run / "celerybeat-schedule")
    return {
        "web": [
            *("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", port),
            *("--workers", "2", "--blocking-threads", "1", "--no-ws"),
            *("--respawn-failed-workers", "--workers-kill-timeout", "5"),
            *("--log-level", "warning", "--no-access-log", "returns_mgmt.wsgi:application"),
        ],
        "worker": [*celery, "worker", "--loglevel", "WARNING", "--concurrency", "2", *quiet],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "-s", schedule, "--pidfile", ""],
    }


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
