"""Shops with registers and their credentials, for the demo and for bringing history in."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from apps.common.caller import Actor
from apps.stores.models import Store
from apps.terminals.models import Terminal, TerminalProfile
from apps.terminals.services import add_terminal, issue_secret

COMMAND = Actor(kind="command", id="manage.py", label="manage.py")


@dataclass(frozen=True, slots=True)
class RegisterCredentials:
    """What a register needs to ask for tokens. Written once, to a file only its owner can read."""

    store: str
    terminal: str
    client_id: str
    client_secret: str


def ensure_registers(
    store: Store, numbers: list[str], *, profile: TerminalProfile, known: Path, now: datetime
) -> list[RegisterCredentials]:
    """The shop's registers with their credentials: those in `known` if still good, else new ones."""
    kept = {(c.store, c.terminal): c for c in read_credentials(known)}
    return [
        _ensure(store, number, profile, kept.get((store.number, number)), now) for number in numbers
    ]


def read_credentials(file: Path) -> list[RegisterCredentials]:
    if not file.exists():
        return []
    return [RegisterCredentials(**row) for row in json.loads(file.read_text())]


def write_credentials(file: Path, credentials: list[RegisterCredentials]) -> None:
    write_private(file, json.dumps([asdict(c) for c in credentials], indent=1))


def write_private(file: Path, text: str) -> None:
    """Atomically, readable by its owner only."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
    draft.replace(file)


@transaction.atomic
def _ensure(
    store: Store,
    number: str,
    profile: TerminalProfile,
    kept: RegisterCredentials | None,
    now: datetime,
) -> RegisterCredentials:
    terminal = Terminal.objects.filter(store=store, number=number).first()
    if terminal is None:
        terminal = add_terminal(
            store=store,
            number=number,
            profile=profile,
            label=f"Register {number}",
            actor=COMMAND,
            now=now,
        )
    elif kept is not None and kept.client_id == str(terminal.pk):
        return kept
    secret = issue_secret(terminal, actor=COMMAND, now=now)
    return RegisterCredentials(store.number, number, str(terminal.pk), secret)
