"""What the trail and the feed hear of registers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apps.audit.commands import Fact
from apps.common.caller import Actor, worker_actor
from apps.events import services as events
from apps.events.commands import News, Place
from apps.terminals.models import Terminal


def fact(action: str, terminal: Terminal, **data: Any) -> Fact:
    return Fact(action, "terminal", str(terminal.pk), subject_label=str(terminal), data=data)


def tell(type_: str, terminal: Terminal, *, now: datetime, **data: Any) -> None:
    """One event about the register. Call it while holding the register's row."""
    place = Place(terminal.store_id, terminal.store.number, terminal.number, now)
    events.tell([News(type_, "terminal", str(terminal.pk), data)], place=place, now=now)


def itself(terminal: Terminal, *, request_id: str = "", credential: object = "") -> Actor:
    """The register, acting on its own credentials; `credential` is the id of the one it used."""
    return Actor(
        kind="terminal",
        id=str(terminal.pk),
        label=str(terminal),
        store_id=terminal.store_id,
        store_number=terminal.store.number,
        terminal_number=terminal.number,
        request_id=request_id,
        credential_id=str(credential),
    )


def worker(terminal: Terminal) -> Actor:
    return worker_actor(
        "terminals.tend", store_id=terminal.store_id, store_number=terminal.store.number
    )
