"""A worker's connection to the database: kept from task to task, left when something is wrong."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from celery import states

from apps.common.sql import execute, fetch_one
from returns_mgmt.celery import app
from returns_mgmt.fixup import KeptConnections
from tests.threads import together

pytestmark = pytest.mark.django_db(transaction=True)
TASK = SimpleNamespace(request=SimpleNamespace(is_eager=False))


def server_process() -> int:
    row = fetch_one("SELECT pg_backend_pid()")
    assert row is not None
    return int(row[0])


def processes_before_and_after(state: str, *, cut: bool = False) -> tuple[int, int]:
    """Those that served two tasks of one thread; the first ended in this state."""

    def two_tasks() -> tuple[int, int]:
        fixup = KeptConnections(app)
        before = server_process()
        fixup.on_task_postrun(TASK, state=state)
        if cut:
            together([lambda: execute("SELECT pg_terminate_backend(%s::int, 5000)", [before])])
        fixup.on_task_prerun(TASK)
        return before, server_process()

    [found] = together([two_tasks])
    return found


def test_the_next_task_finds_the_connection_of_the_last() -> None:
    before, after = processes_before_and_after(states.SUCCESS)

    assert before == after


def test_a_task_that_failed_leaves_no_connection_and_no_lock_behind() -> None:
    before, after = processes_before_and_after(states.FAILURE)

    assert before != after


def test_one_that_was_cut_meanwhile_fails_no_task() -> None:
    before, after = processes_before_and_after(states.SUCCESS, cut=True)

    assert before != after
