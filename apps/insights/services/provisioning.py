"""Shops with registers and their enrolment codes, for the demo and for bringing history in."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction

from apps.accounts.models import Role
from apps.accounts.services import create_user
from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.stores.models import Store
from apps.terminals.models import Credential, Terminal, TerminalProfile
from apps.terminals.services import add_terminal, issue_code
from apps.terminals.states import USABLE, TerminalStatus

COMMAND = Actor(kind="command", id="manage.py", label="manage.py")


@transaction.atomic
def add_administrator(name: str, *, password: str, now: datetime) -> None:
    """Somebody to begin with. ValidationError when the password is too weak."""
    user = create_user(username=name, password=password, role=Role.IT_ADMINISTRATOR)
    data = {"role": str(user.role)}
    fact = Fact("user.added", "user", str(user.pk), subject_label=user.username[:150], data=data)
    audit.record([fact], actor=COMMAND, now=now)


@dataclass(frozen=True, slots=True)
class ListedRegister:
    """A register for whoever plays it, with an enrolment code if it has no key yet.

    Its keyring is expected in the keys folder, as `<client_id>.json`; the client writes it there.
    """

    store: str
    terminal: str
    client_id: str
    code: str = field(default="", repr=False)


def ensure_registers(
    store: Store, numbers: list[str], *, profile: TerminalProfile, keys: Path, now: datetime
) -> list[ListedRegister]:
    """The shop's registers; a code, good for 15 minutes, for each without a keyring that works.

    One that somebody suspended or retired is left out: it is not to be played.
    """
    listed = (_ensure(store, number, profile, keys, now) for number in numbers)
    return [one for one in listed if one]


def write_registers(file: Path, registers: list[ListedRegister]) -> None:
    """As a JSON list; one that needs no code has none."""
    rows = [{k: v for k, v in asdict(one).items() if v} for one in registers]
    write_private(file, json.dumps(rows, indent=1))


def write_private(file: Path, text: str) -> None:
    """Atomically, readable by its owner only."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
    draft.replace(file)


@transaction.atomic
def _ensure(
    store: Store, number: str, profile: TerminalProfile, keys: Path, now: datetime
) -> ListedRegister | None:
    terminal = Terminal.objects.filter(store=store, number=number).first() or add_terminal(
        store=store,
        number=number,
        profile=profile,
        label=f"Register {number}",
        actor=COMMAND,
        now=now,
    )
    if terminal.status in (TerminalStatus.SUSPENDED, TerminalStatus.RETIRED):
        return None
    known = _has_keyring(terminal, keys)
    code = "" if known else issue_code(terminal, actor=COMMAND, now=now)
    return ListedRegister(store.number, number, str(terminal.pk), code)


def _has_keyring(terminal: Terminal, keys: Path) -> bool:
    """True when an enrolment was finished there, and not everything of it revoked since."""
    try:
        kept = json.loads((keys / f"{terminal.pk}.json").read_text())
    except (OSError, ValueError):
        return False
    usable = Credential.objects.filter(terminal=terminal, status__in=USABLE)
    return kept.get("client_id") == str(terminal.pk) and usable.exists()
