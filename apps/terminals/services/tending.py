"""What time alone brings about: overlaps end, reminders fall due, used assertions are forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.terminals import store
from apps.terminals.locks import lock_terminal
from apps.terminals.models import Credential, Notice, RotationTarget, SpentAssertion
from apps.terminals.policy.rotation import reminder_due
from apps.terminals.services.notices import raise_notice
from apps.terminals.services.telling import fact, worker
from apps.terminals.states import CredentialStatus, NoticeKind, TerminalStatus

UNUSED_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class _Found:
    terminal_id: UUID
    kind: NoticeKind
    subject: str
    detail: str


def tend(*, now: datetime) -> int:
    """Run every minute. How many credentials ended and notices were raised."""
    ended = sum(_end(credential, now) for credential in _over(now))
    raised = sum(_raise(found, now) for found in _news(now))
    SpentAssertion.objects.filter(expires_at__lt=now - timedelta(minutes=5)).delete()
    return ended + raised


def _over(now: datetime) -> list[Credential]:
    rows = Credential.objects.filter(status=CredentialStatus.RETIRING, not_after__lte=now)
    return list(rows.only("pk", "terminal_id", "thumbprint"))


@transaction.atomic
def _end(credential: Credential, now: datetime) -> bool:
    """The overlap is over. It was refused from that moment on; this is for people to see."""
    terminal = lock_terminal(credential.terminal_id)
    ended = Credential.objects.filter(
        pk=credential.pk, status=CredentialStatus.RETIRING, not_after__lte=now
    ).update(status=CredentialStatus.REVOKED, slot=None, revoked_at=now)
    if ended:
        said = fact("terminal.credential_ended", terminal, credential=str(credential.pk))
        audit.record([said], actor=worker(terminal), now=now)
    return bool(ended)


def _news(now: datetime) -> Iterator[_Found]:
    """Whatever there is to say and was not said yet."""
    found = [*_unused(now), *_by_schedule(now), *_by_order(now)]
    said = set(
        Notice.objects.filter(terminal_id__in={one.terminal_id for one in found}).values_list(
            "terminal_id", "kind", "subject"
        )
    )
    return (one for one in found if (one.terminal_id, one.kind, one.subject) not in said)


@transaction.atomic
def _raise(found: _Found, now: datetime) -> bool:
    terminal = lock_terminal(found.terminal_id)
    return raise_notice(
        terminal, found.kind, found.subject, found.detail, actor=worker(terminal), now=now
    )


def _unused(now: datetime) -> Iterator[_Found]:
    rows = Credential.objects.filter(
        status=CredentialStatus.PENDING,
        created_at__lte=now - UNUSED_FOR,
        terminal__status=TerminalStatus.ACTIVE,
    )
    for one in rows.only("pk", "terminal_id", "created_at"):
        detail = f"Posted {one.created_at:%Y-%m-%d}, not used since. The old key goes on working."
        yield _Found(one.terminal_id, NoticeKind.PENDING_UNUSED, f"credential:{one.pk}", detail)


def _by_schedule(now: datetime) -> Iterator[_Found]:
    for due in store.deadlines_near(now):
        subject = f"credential:{due.credential_id}"
        said = f"The key in use reaches its age limit on {due.deadline:%Y-%m-%d %H:%M}Z."
        if due.deadline <= now:
            yield _Found(due.terminal_id, NoticeKind.ROTATION_OVERDUE, subject, said)
        elif days := reminder_due(due.deadline, now):
            yield _Found(due.terminal_id, NoticeKind.ROTATION_DUE, f"{subject}:{days}", said)


def _by_order(now: datetime) -> Iterator[_Found]:
    rows = RotationTarget.objects.filter(
        done_at=None,
        rotation__cancelled_at=None,
        rotation__due_at__lte=now,
        terminal__status=TerminalStatus.ACTIVE,
    ).select_related("rotation")
    for one in rows:
        said = f"It was to rotate by {one.rotation.due_at:%Y-%m-%d %H:%M}Z ({one.rotation.label})."
        subject = f"rotation:{one.rotation_id}"
        yield _Found(one.terminal_id, NoticeKind.ROTATION_OVERDUE, subject, said)
