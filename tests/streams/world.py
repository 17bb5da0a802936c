"""What the tests of what waits have in common."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.events.services import place_events
from apps.terminals.authentication import hash_token
from apps.terminals.models import AccessToken, TerminalSeen
from stack.processes import wait_until
from tests.streams.listener import Listener
from tests.world import Register

Listen = Callable[..., Listener]


def cursor_of(register: Register) -> str:
    """The cursor of a register that has read everything there is."""
    place_events()
    page: Any = register.get("changes", limit="500").json()
    assert page["has_more"] is False
    return str(page["next"])


def follow_pages(register: Register, after: str = "") -> list[Any]:
    """What the ordinary API tells this register behind a cursor."""
    query = {"after": after} if after else {}
    page: Any = register.get("changes", limit="500", **query).json()
    assert page["has_more"] is False
    return list(page["items"])


def make_token(
    register: Register, *, ends_in: timedelta, scopes: tuple[str, ...] = ("read",)
) -> Register:
    """The same register with another token, for so long and so much."""
    token, now = secrets.token_urlsafe(32), timezone.now()
    AccessToken.objects.create(
        credential=register.terminal.credential_set.get(), token_hash=hash_token(token),
        scopes=list(scopes), issued_at=now, expires_at=now + ends_in,
    )  # fmt: skip
    return replace(register, token=token)


@contextmanager
def let_in(*registers: Register) -> Iterator[None]:
    """Whoever asks inside the block has been let in when it ends, and waits or soon will."""
    seen = TerminalSeen.objects.filter(terminal__in=[one.terminal for one in registers])
    seen.delete()
    yield
    assert wait_until(lambda: seen.count() == len(registers), timeout=30)


def cut_off(application_name: str = "") -> int:
    """End all other connections to the database, or those of that name; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND %s IN ('', application_name)",
            [application_name],
        )
        return int(cursor.fetchone()[0])
