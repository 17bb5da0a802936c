"""Bringing an installation up for as long as someone needs it, or joining the one that is up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from stack.application import Application, pick_stream_url, pick_url, serving
from stack.console import say, step
from stack.folder import Folder
from stack.processes import Child
from stack.services import services
from stack.state import announce, exclusive, running_stack


@dataclass(frozen=True)
class Stack:
    """An application whose databases are up, and the processes to watch."""

    application: Application
    children: tuple[Child, ...]


@contextmanager
def databases_up(folder: Folder, command: str, *, migrate: bool = True) -> Iterator[Stack]:
    """Hold the folder, start its databases, bring the tables up to date."""
    folder.make()
    with exclusive(folder), services(folder) as up:
        application = Application(folder, "", up.database_url, up.redis_url)
        _announce(application, command)
        if migrate:
            with step("Database tables"):
                application.manage("migrate", "--noinput")
        yield Stack(application, up.children)


@contextmanager
def served(stack: Stack, command: str) -> Iterator[Stack]:
    """The same with web, streams, worker and beat, and an address others can find."""
    old, url = stack.application, pick_url()
    application = Application(
        old.folder, url, old.database_url, old.redis_url, stream_url=pick_stream_url(url)
    )
    with serving(application) as children:
        _announce(application, command)
        yield Stack(application, (*stack.children, *children))


@contextmanager
def joined(folder: Folder, command: str, *, web: bool) -> Iterator[Application]:
    """The stack that is up, or one brought up for as long as the block lasts."""
    folder.make()
    up = running_stack(folder)
    if up is not None and (up.url or not web):
        say(f"Using the stack that is up (process {up.pid}) {up.url}".rstrip())
        yield Application(folder, up.url, up.database_url, up.redis_url)
        return
    # A database that is not ours is only changed by those who asked for a whole stack.
    migrate = web or not os.environ.get("DATABASE_URL")
    with databases_up(folder, command, migrate=migrate) as stack:
        if not web:
            yield stack.application
            return
        with served(stack, command) as serving_stack:
            yield serving_stack.application


def _announce(application: Application, command: str) -> None:
    announce(
        application.folder,
        command=command,
        url=application.url,
        database_url=application.database_url,
        redis_url=application.redis_url,
    )
