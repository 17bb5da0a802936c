"""Pytest plugin: a PostgreSQL and a Valkey of this session's own, up before settings are read."""

from __future__ import annotations

import os
from contextlib import ExitStack

import pytest

from stack.testing import session_services
from tests.template import template

_running = ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    database_url, redis_url = _running.enter_context(session_services())
    os.environ.update(
        DEVELOPMENT="1",
        DATABASE_URL=database_url,
        REDIS_URL=redis_url,
        WAKEUPS="0",
        LOG_LEVEL="ERROR",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    _running.enter_context(template())


def pytest_unconfigure() -> None:
    _running.close()
