"""What people should know about a register: raised once, told as an event, settled."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.audit import services as audit
from apps.common.caller import Actor
from apps.common.errors import StaleState
from apps.terminals.models import Notice, Terminal
from apps.terminals.services.telling import fact, tell
from apps.terminals.states import REMINDERS, NoticeKind

_ENDED_BY_ROTATION = (
    NoticeKind.PENDING_UNUSED,
    NoticeKind.ROTATION_OVERDUE,
    NoticeKind.ROTATION_DUE,
)


def raise_notice(
    terminal: Terminal, kind: NoticeKind, subject: str, detail: str, *, actor: Actor, now: datetime
) -> bool:
    """True when it is new; the same again says nothing. Call it holding the register's row."""
    _, is_new = Notice.objects.get_or_create(
        terminal=terminal, kind=kind, subject=subject, defaults={"detail": detail, "raised_at": now}
    )
    if is_new:
        audit.record([fact(f"terminal.{kind}", terminal, detail=detail)], actor=actor, now=now)
        type_ = "terminal.rotation_due" if kind in REMINDERS else "terminal.attention"
        tell(type_, terminal, now=now, kind=kind, detail=detail)
    return is_new


def clear_rotation_notices(terminal: Terminal, *, now: datetime) -> None:
    """The new key is in use: what was said about the old one is settled."""
    Notice.objects.filter(terminal=terminal, kind__in=_ENDED_BY_ROTATION, cleared_at=None).update(
        cleared_at=now, cleared_by="rotation"
    )


@transaction.atomic
def clear_notice(notice: Notice, *, actor: Actor, now: datetime) -> None:
    """Somebody has seen to it. StaleState when it was settled already."""
    changed = Notice.objects.filter(pk=notice.pk, cleared_at=None).update(
        cleared_at=now, cleared_by=actor.label
    )
    if not changed:
        raise StaleState("This notice is settled already.")
    settled = fact("terminal.notice_settled", notice.terminal, kind=notice.kind)
    audit.record([settled], actor=actor, now=now)
