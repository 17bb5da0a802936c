"""A register renews its own credential, authenticated by the one it has."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.audit import services as audit
from apps.common.caller import Caller
from apps.common.errors import Conflict, FieldError, Invalid
from apps.terminals.locks import lock_terminal
from apps.terminals.models import Credential, Terminal
from apps.terminals.policy.assertions import AssertionRefused, verify_assertion
from apps.terminals.policy.keys import load_key, read_public_key, thumbprint
from apps.terminals.services.credentials import free_place
from apps.terminals.services.secrets import add_secret, hashed, spell_secret
from apps.terminals.services.telling import fact
from apps.terminals.states import CredentialKind, CredentialStatus


class KeyConflict(Conflict):
    code = "key-conflict"


class RotationInProgress(Conflict):
    """Two credentials are usable already; there is a place when the older one's overlap ends."""

    code = "rotation-in-progress"

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Posted:
    """A credential as the register is told of it; `secret` in clear, where it asked for one."""

    credential: Credential
    secret: str | None = None


def token_url() -> str:
    """Where tokens are asked for, which is what a register signs as its audience."""
    return f"{settings.PUBLIC_URL}/api/v1/oauth/token"


@transaction.atomic
def post_credential(
    *,
    jwk: dict[str, Any] | None,
    proof: str | None,
    asked_under: str | None,
    caller: Caller,
    now: datetime,
) -> Posted:
    """A new pending key, or without `jwk` a new pending secret, beside the credential in use.

    The same key again, and the same Idempotency-Key for a secret, get the same answer. Raises
    KeyNotUsable, KeyConflict, RotationInProgress.
    """
    key = read_public_key(jwk) if jwk is not None else None
    if key and proof:
        _check_proof(proof, key, caller, now)
    terminal = lock_terminal(caller.terminal_id)
    known = find_key(terminal, key) if key else find_secret(terminal, asked_under)
    if known:
        return known
    slot = free_place(terminal, now=now, end_retiring=False)
    if slot is None:
        raise _wait_for_overlap(terminal, now)
    posted = add_credential(terminal, key, asked_under, slot=slot, now=now)
    said = {"credential": str(posted.credential.pk), "kid": posted.credential.thumbprint}
    audit.record([fact("terminal.key_posted", terminal, **said)], actor=caller.actor, now=now)
    return posted


def find_key(terminal: Terminal, key: dict[str, str]) -> Posted | None:
    """The register's own pending or active credential with this key. KeyConflict for any other."""
    same = Credential.objects.filter(thumbprint=thumbprint(key)).first()
    if same is None:
        return None
    usable = same.status in (CredentialStatus.PENDING, CredentialStatus.ACTIVE)
    if same.terminal_id != terminal.pk or not usable:
        raise KeyConflict("This key was used before. Make a new one.")
    return Posted(same)


def find_secret(terminal: Terminal, asked_under: str | None) -> Posted | None:
    """The pending secret that was made under this Idempotency-Key, said once more."""
    if asked_under is None:
        return None
    pending = Credential.objects.filter(
        terminal=terminal, status=CredentialStatus.PENDING, asked_under=hashed(asked_under)
    ).first()
    return Posted(pending, spell_secret(terminal, pending.pk, asked_under)) if pending else None


def add_credential(
    terminal: Terminal,
    key: dict[str, str] | None,
    asked_under: str | None,
    *,
    slot: int,
    now: datetime,
) -> Posted:
    """A pending credential in that place. KeyConflict when the key is known already."""
    if key is None:
        return Posted(*add_secret(terminal, slot=slot, asked_under=asked_under, now=now))
    kid = thumbprint(key)
    try:
        credential = Credential.objects.create(
            terminal=terminal, kind=CredentialKind.KEY, public_key=key, thumbprint=kid,
            hint=kid[:16], slot=slot, created_at=now,
        )  # fmt: skip
    except IntegrityError as error:  # another register posted the same key a breath before
        raise KeyConflict("This key was used before. Make a new one.") from error
    return Posted(credential)


def _check_proof(proof: str, key: dict[str, str], caller: Caller, now: datetime) -> None:
    try:
        claims = verify_assertion(proof, load_key(key), audiences=[token_url()], now=now)
    except AssertionRefused as refused:
        raise _bad_proof(str(refused)) from refused
    if not hmac.compare_digest(claims.subject.encode(), str(caller.terminal_id).encode()):
        raise _bad_proof("The proof is another register's.")


def _bad_proof(detail: str) -> Invalid:
    return Invalid(detail, errors=[FieldError("proof", "invalid", detail)])


def _wait_for_overlap(terminal: Terminal, now: datetime) -> RotationInProgress:
    retiring = Credential.objects.get(terminal=terminal, status=CredentialStatus.RETIRING)
    assert retiring.not_after is not None  # a constraint sees to it
    left = max(1, int((retiring.not_after - now).total_seconds()) + 1)
    until = f"{retiring.not_after:%Y-%m-%dT%H:%M:%SZ}"
    return RotationInProgress(f"The key before the present one is good until {until}.", left)
