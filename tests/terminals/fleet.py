"""Registers in the states that the fleet page tells apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from apps.terminals.models import Credential, Notice, Rotation, Terminal, TerminalSeen
from apps.terminals.services import add_terminal, order_rotation
from apps.terminals.services.rotation import RotationOrder
from apps.terminals.states import NoticeKind
from tests.world import SETUP, Register

DAY = timedelta(days=1)


def make_notice(
    terminal: Terminal,
    kind: NoticeKind = NoticeKind.ENROLMENT_CONFLICT,
    detail: str = "Seen twice.",
) -> Notice:
    return Notice.objects.create(
        terminal=terminal, kind=kind, subject="test", detail=detail, raised_at=timezone.now()
    )


def order(
    terminals: Sequence[Terminal], *, starts_at: datetime | None = None, days: int = 7
) -> Rotation:
    """A rotation of these registers, from now on or from the time given."""
    now = timezone.now()
    begins = starts_at or now
    ids = [terminal.pk for terminal in terminals]
    return order_rotation(
        RotationOrder("These", ids, begins, begins + timedelta(days=days)), actor=SETUP, now=now
    )


def add_register(register: Register, number: str) -> Terminal:
    """Another register of the same shop, which waits for enrolment."""
    return add_terminal(
        store=register.store, number=number, profile=register.terminal.profile, label="",
        actor=SETUP, now=timezone.now(),
    )  # fmt: skip


def seen(terminal: Terminal, ago: timedelta = timedelta(0), **more: object) -> None:
    values = {"last_seen_at": timezone.now() - ago, **more}
    TerminalSeen.objects.update_or_create(terminal=terminal, defaults=values)


def age_key(terminal: Terminal, days: int) -> None:
    """Its key in use was first used that long ago."""
    then = timezone.now() - days * DAY
    Credential.objects.filter(terminal=terminal, status="active").update(
        created_at=then, first_used_at=then
    )
