"""The life of a credential: a place, first use, overlap, end."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from apps.audit import services as audit
from apps.common.caller import Actor
from apps.common.errors import StaleState
from apps.terminals import store
from apps.terminals.locks import lock_terminal
from apps.terminals.models import Credential, RotationTarget, Terminal
from apps.terminals.services.notices import clear_rotation_notices
from apps.terminals.services.telling import fact, itself, tell
from apps.terminals.states import USABLE, CredentialStatus


def free_place(terminal: Terminal, *, now: datetime, end_retiring: bool) -> int | None:
    """The place, 1 or 2, that a new pending credential may take. Call it holding the register.

    What has ended gives its place back, and a pending one that was never used is replaced. Where
    both places are then held, `end_retiring` ends the replaced credential's overlap early: its
    successor is in use. Else None: there is no place before that overlap ends.
    """
    _end(terminal, now, status=CredentialStatus.RETIRING, not_after__lte=now)
    _end(terminal, now, status=CredentialStatus.PENDING)
    taken = _places(terminal)
    if len(taken) == 2 and end_retiring:
        _end(terminal, now, status=CredentialStatus.RETIRING)
        taken = _places(terminal)
    return min({1, 2} - taken, default=None)


def first_use(credential: Credential, *, now: datetime) -> bool:
    """A new credential was used: it becomes the active one, and the old one's overlap begins.

    False when it is usable no longer. Whoever waited for the lock may find it active already, made
    so by the same register a breath before; then there is nothing left to do.
    """
    terminal = lock_terminal(credential.terminal_id)
    status = Credential.objects.values_list("status", flat=True).get(pk=credential.pk)
    if status != CredentialStatus.PENDING:
        return status in USABLE
    replaced = Credential.objects.filter(terminal=terminal, status=CredentialStatus.ACTIVE).update(
        status=CredentialStatus.RETIRING, not_after=now + _overlap(terminal)
    )
    Credential.objects.filter(pk=credential.pk).update(
        status=CredentialStatus.ACTIVE, first_used_at=now
    )
    RotationTarget.objects.filter(terminal=terminal, done_at=None).update(done_at=now)
    clear_rotation_notices(terminal, now=now)
    said = {"credential": str(credential.pk), "kid": credential.thumbprint}
    actor = itself(terminal, credential=credential.pk)
    audit.record([fact("terminal.credential_activated", terminal, **said)], actor=actor, now=now)
    if replaced:
        tell("terminal.key_rotated", terminal, now=now, **said)
    return True


@transaction.atomic
def revoke_credential(credential: Credential, *, actor: Actor, now: datetime) -> None:
    """The credential and every token that came from it are refused from the next request on."""
    terminal = lock_terminal(credential.terminal_id)
    if not _end(terminal, now, pk=credential.pk):
        raise StaleState("This credential is revoked already.")
    said = {"credential": str(credential.pk), "kid": credential.thumbprint}
    audit.record([fact("terminal.credential_revoked", terminal, **said)], actor=actor, now=now)
    tell("terminal.revoked", terminal, now=now, what="credential", **said)


def _end(terminal: Terminal, now: datetime, **which: object) -> int:
    return Credential.objects.filter(terminal=terminal, status__in=USABLE, **which).update(
        status=CredentialStatus.REVOKED, slot=None, revoked_at=now
    )


def _places(terminal: Terminal) -> set[int]:
    taken = Credential.objects.filter(terminal=terminal, status__in=USABLE)
    return {slot for slot in taken.values_list("slot", flat=True) if slot is not None}


def _overlap(terminal: Terminal) -> timedelta:
    """That of its policy, but never less than the installation's floor (a day)."""
    hours = store.overlap_hours(terminal.pk) or 0
    return max(timedelta(hours=hours), timedelta(seconds=settings.KEY_OVERLAP_MIN_S))
