"""A register becomes ours to trust: a one-use code, and the key it made itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from apps.audit import services as audit
from apps.common.caller import Actor
from apps.common.errors import Conflict, NotYours, Refusal, StaleState
from apps.terminals.locks import lock_code, lock_terminal
from apps.terminals.models import Credential, EnrolmentCode, Terminal
from apps.terminals.policy.codes import new_code, read_code
from apps.terminals.policy.keys import read_public_key, thumbprint
from apps.terminals.services.credentials import free_place
from apps.terminals.services.keys import Posted, add_credential, find_key, token_url
from apps.terminals.services.notices import raise_notice
from apps.terminals.services.registers import set_status
from apps.terminals.services.secrets import hashed, spell_secret
from apps.terminals.services.telling import fact, itself, tell
from apps.terminals.states import CredentialStatus, NoticeKind, TerminalStatus

CODE_LIFE = timedelta(minutes=15)
_MAY_ENROL = (TerminalStatus.PENDING, TerminalStatus.ACTIVE)


class EnrolmentCodeInvalid(Refusal):
    code = "enrolment-code-invalid"


class EnrolmentCodeUsed(Conflict):
    code = "enrolment-code-used"


class NotOpenForEnrolment(NotYours):
    code = "terminal-not-active"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a register sends. `jwk` is its public key; without one it asks for a secret.

    `asked_under` is the Idempotency-Key, which makes the question for a secret repeatable.
    """

    code: str
    jwk: dict[str, Any] | None
    asked_under: str | None
    hardware: str
    software: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The register, its pending credential, and whether this was said before."""

    terminal: Terminal
    posted: Posted
    at: datetime
    replayed: bool

    @property
    def token_url(self) -> str:
        return token_url()


@transaction.atomic
def issue_code(terminal: Terminal, *, actor: Actor, now: datetime) -> str:
    """A one-use code of 24 characters, in clear, this once; good for 15 minutes.

    It replaces a code that is still open. StaleState for a suspended or retired register.
    """
    locked = lock_terminal(terminal.pk)
    if locked.status not in _MAY_ENROL:
        raise StaleState(f"A register that is {locked.status} cannot be enrolled.")
    EnrolmentCode.objects.filter(terminal=locked, used_at=None, cancelled_at=None).update(
        cancelled_at=now
    )
    code = new_code()
    EnrolmentCode.objects.create(
        terminal=locked, code_hash=hashed(code), hint=code[:4], created_at=now,
        created_by=actor.label, expires_at=now + CODE_LIFE,
    )  # fmt: skip
    audit.record([fact("terminal.code_issued", locked)], actor=actor, now=now)
    return code


def enrol(wanted: Enrolment, *, now: datetime) -> Enrolled:
    """Use a code: the register's key, or a new secret, becomes its pending credential.

    The same code with the same key again, within its 15 minutes, gets the same answer: a lost
    response is harmless. Raises KeyNotUsable, KeyConflict, EnrolmentCodeInvalid, NotOpenForEnrolment;
    EnrolmentCodeUsed when it was used with another key, which is noted for people to look at.
    """
    key = read_public_key(wanted.jwk) if wanted.jwk is not None else None
    enrolled = _use_code(wanted, key, now)
    if enrolled is None:  # raised out here: what was noted about it stays
        raise EnrolmentCodeUsed("This code was used by another machine. Ask for a new one.")
    return enrolled


@transaction.atomic
def _use_code(wanted: Enrolment, key: dict[str, str] | None, now: datetime) -> Enrolled | None:
    spelled = read_code(wanted.code)
    code = lock_code(hashed(spelled)) if spelled else None
    if code is None or code.cancelled_at or code.expires_at <= now:
        raise EnrolmentCodeInvalid("This code is unknown, replaced or older than 15 minutes.")
    terminal = lock_terminal(code.terminal_id)
    if terminal.status not in _MAY_ENROL:
        raise NotOpenForEnrolment("This register is not open for enrolment.")
    if code.credential is not None:
        return _say_again(code, code.credential, terminal, key, wanted, now)
    posted = find_key(terminal, key) if key else None
    if posted is None:
        slot = free_place(terminal, now=now, end_retiring=True)
        posted = add_credential(terminal, key, wanted.asked_under, slot=slot or 1, now=now)
    EnrolmentCode.objects.filter(pk=code.pk).update(used_at=now, credential=posted.credential)
    _note_enrolled(terminal, posted.credential, wanted, now)
    return Enrolled(terminal, posted, now, replayed=False)


def _say_again(
    code: EnrolmentCode,
    credential: Credential,
    terminal: Terminal,
    key: dict[str, str] | None,
    wanted: Enrolment,
    now: datetime,
) -> Enrolled | None:
    """The same answer to the same machine; to another one None, and a notice."""
    assert code.used_at is not None
    if key:
        same = credential.thumbprint == thumbprint(key)
    else:
        asked = hashed(wanted.asked_under) if wanted.asked_under else None
        same = asked is not None and asked == bytes(credential.asked_under or b"")
    if same and credential.status != CredentialStatus.REVOKED:
        secret = None if key else spell_secret(terminal, credential.pk, wanted.asked_under)
        return Enrolled(terminal, Posted(credential, secret), code.used_at, replayed=True)
    said = f"Code {code.hint}… was used {code.used_at:%Y-%m-%d %H:%M}Z and came again."
    actor = itself(terminal, request_id=wanted.request_id)
    raise_notice(
        terminal, NoticeKind.ENROLMENT_CONFLICT, f"code:{code.pk}", said, actor=actor, now=now
    )
    return None


def _note_enrolled(
    terminal: Terminal, credential: Credential, wanted: Enrolment, now: datetime
) -> None:
    actor = itself(terminal, request_id=wanted.request_id, credential=credential.pk)
    if wanted.hardware:
        Terminal.objects.filter(pk=terminal.pk).update(hardware=wanted.hardware)
    if terminal.status == TerminalStatus.PENDING:
        set_status(terminal, TerminalStatus.ACTIVE, actor=actor, now=now)
    said = {"credential": str(credential.pk), "kid": credential.thumbprint}
    audit.record([fact("terminal.enrolled", terminal, **said)], actor=actor, now=now)
    tell("terminal.enrolled", terminal, now=now, **said)
