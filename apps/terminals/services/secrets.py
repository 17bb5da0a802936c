"""Secrets, for registers that cannot sign."""

from __future__ import annotations

import base64
import hashlib
import secrets
import zlib
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from apps.audit import services as audit
from apps.common.caller import Actor
from apps.common.ids import uuid7
from apps.terminals.locks import lock_terminal
from apps.terminals.models import Credential, Terminal
from apps.terminals.services.credentials import free_place
from apps.terminals.services.registers import set_status
from apps.terminals.services.telling import fact
from apps.terminals.states import CredentialKind, TerminalStatus


def hashed(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()


@transaction.atomic
def issue_secret(terminal: Terminal, *, actor: Actor, now: datetime) -> str:
    """A new secret for the register, in clear, this once; the first one activates the register.

    The credential in use stays good until the new one has been used, and for the overlap beyond.
    A pending one that was never used is replaced; one that was replaced already ends now.
    """
    locked = lock_terminal(terminal.pk)
    slot = free_place(locked, now=now, end_retiring=True)
    _, secret = add_secret(locked, slot=slot or 1, asked_under=None, now=now)
    if terminal.status == TerminalStatus.PENDING:
        set_status(terminal, TerminalStatus.ACTIVE, actor=actor, now=now)
    audit.record([fact("terminal.secret_issued", terminal)], actor=actor, now=now)
    return secret


def add_secret(
    terminal: Terminal, *, slot: int, asked_under: str | None, now: datetime
) -> tuple[Credential, str]:
    """A pending credential and its secret in clear."""
    credential_id = uuid7()
    secret = spell_secret(terminal, credential_id, asked_under)
    credential = Credential.objects.create(
        id=credential_id, terminal=terminal, kind=CredentialKind.SECRET, slot=slot,
        secret_hash=hashed(secret), hint=secret[:16], created_at=now,
        asked_under=hashed(asked_under) if asked_under else None,
    )  # fmt: skip
    return credential, secret


def spell_secret(terminal: Terminal, credential_id: UUID, asked_under: str | None) -> str:
    """`rk_{live|test}_{credential}_{secret}{checksum}`.

    Asked for under an Idempotency-Key, it is derived from that key and ours: the same question gets
    the same answer again, and nothing but its hash is ever stored.
    """
    env = "test" if terminal.store.sandbox or settings.DEVELOPMENT else "live"
    body = f"rk_{env}_{credential_id.hex}_{_random_part(credential_id, asked_under)}"
    return f"{body}{zlib.crc32(body.encode()):08x}"


def _random_part(credential_id: UUID, asked_under: str | None) -> str:
    if asked_under is None:
        return secrets.token_urlsafe(32)
    digest = salted_hmac(
        "terminals.secret", f"{credential_id}:{asked_under}", algorithm="sha256"
    ).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
