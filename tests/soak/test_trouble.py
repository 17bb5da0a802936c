"""When trouble is made: one at a time, and some peace after each."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator

import pytest

from soak import trouble
from soak.plan import Plan
from soak.trouble import BETWEEN_KILLS, Trouble, worker_pids
from stack.processes import Child, wait_until

SLEEPS = "import time; time.sleep(60)"
STARTS_TWO = f"""
import subprocess, sys
for name in ("worker", "resource_tracker"):
    subprocess.Popen([sys.executable, "-c", {SLEEPS!r}, name])
{SLEEPS}
"""


class Web(Child):
    """Stopped and started in name only."""

    def __init__(self) -> None:
        super().__init__("web", [], {})
        self.acts: list[str] = []
        self.dead = False

    @property
    def pid(self) -> int:
        return os.getpid()

    def ended(self) -> int | None:
        return 1 if self.dead else None

    def start(self) -> None:
        self.acts.append("start")
        self.dead = False

    def stop(self, grace: float | None = None) -> None:
        self.acts.append("stop")


class Scene:
    """A server, a clock, and whether the server answers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.ready, self.web = 1000.0, True, Web()
        monkeypatch.setattr(trouble, "is_ready", lambda url: self.ready)
        monkeypatch.setattr(trouble, "worker_pids", lambda pid: [4711])
        monkeypatch.setattr("soak.trouble.os.kill", self._kill)
        plan = Plan(seconds=180, registers=1, seed=1)
        self.trouble = Trouble(self.web, "", plan, plan.dice("trouble"), lambda: self.now)

    def _kill(self, pid: int, signum: int) -> None:
        self.web.acts.append(f"{signal.Signals(signum).name} {'worker' if pid == 4711 else 'web'}")

    def after(self, seconds: float) -> list[str]:
        """What was done in that time."""
        self.web.acts.clear()
        for _ in range(round(seconds * 2)):
            self.now += 0.5
            self.trouble.step()
        return list(self.web.acts)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    return Scene(monkeypatch)


def test_workers_are_killed_and_the_server_is_restarted_and_reloaded_in_turn(scene: Scene) -> None:
    assert scene.after(10) == ["SIGKILL worker"]
    assert scene.after(10) == ["stop", "start"]
    assert scene.after(20) == ["SIGKILL worker", "SIGKILL worker", "SIGHUP web"]
    done = scene.after(1000)
    kills, restarts = done.count("SIGKILL worker"), done.count("start") + done.count("SIGHUP web")
    assert 50 <= restarts <= 51
    assert restarts <= kills <= 2 * restarts


def test_while_the_server_is_away_nothing_more_is_done_to_it_and_then_there_is_peace(
    scene: Scene,
) -> None:
    scene.after(19)
    scene.ready = False
    assert scene.after(100) == ["stop", "start"]
    scene.ready = True
    assert scene.after(BETWEEN_KILLS) == []
    assert scene.after(1.5) == ["SIGKILL worker"]
    assert max(scene.trouble.done.away) == pytest.approx(99.5, abs=1)


def test_a_server_that_gave_itself_up_is_started_again(scene: Scene) -> None:
    scene.web.dead = True
    assert scene.after(1) == ["start"]
    assert scene.trouble.done.revived == 1


@pytest.fixture
def parent() -> Iterator[Child]:
    child = Child("parent", [sys.executable, "-c", STARTS_TWO], dict(os.environ), grace=1)
    child.start()
    yield child
    child.stop()


def test_of_a_servers_children_those_that_keep_its_books_are_no_workers(parent: Child) -> None:
    assert wait_until(lambda: bool(worker_pids(parent.pid)), timeout=30, watch=[parent])
    (worker,) = worker_pids(parent.pid)
    with open(f"/proc/{worker}/cmdline") as command:
        assert "worker" in command.read()
