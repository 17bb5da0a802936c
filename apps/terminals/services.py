"""Registers, their secrets and tokens."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.common.errors import Invalid, Refusal, StaleState
from apps.common.ids import uuid7
from apps.stores.models import Store
from apps.terminals.models import AccessToken, Credential, Terminal, TerminalProfile
from apps.terminals.states import (
    TERMINAL_TRANSITIONS,
    USABLE,
    CredentialStatus,
    TerminalStatus,
)

TOKEN_LIFE = timedelta(minutes=15)
OVERLAP = timedelta(hours=24)


class InvalidClient(Refusal):
    code = "invalid-client"


class InvalidScope(Invalid):
    code = "invalid-scope"


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A bearer token in clear: shown once, here."""

    token: str
    expires_in: int
    scopes: tuple[str, ...]


def ensure_profile(*, name: str, scopes: list[str]) -> TerminalProfile:
    profile, _ = TerminalProfile.objects.get_or_create(name=name, defaults={"scopes": scopes})
    return profile


@transaction.atomic
def add_terminal(
    *, store: Store, number: str, profile: TerminalProfile, label: str, actor: Actor, now: datetime
) -> Terminal:
    """A new register of a shop, waiting for its first credential."""
    terminal = Terminal(store=store, number=number, profile=profile, label=label, created_at=now)
    terminal.full_clean()
    terminal.save()
    audit.record([_fact("terminal.added", terminal)], actor=actor, now=now)
    return terminal


@transaction.atomic
def issue_secret(terminal: Terminal, *, actor: Actor, now: datetime) -> str:
    """A new secret for the register, in clear, this once; the first one activates the register.

    `rk_{live|test}_{credential}_{secret}{checksum}`. An older secret stays good until the new one
    has been used, and 24 hours beyond. A pending one that was never used is replaced.
    """
    credential_id = uuid7()
    env = "test" if terminal.store.sandbox or settings.DEVELOPMENT else "live"
    body = f"rk_{env}_{credential_id.hex}_{secrets.token_urlsafe(32)}"
    secret = f"{body}{zlib.crc32(body.encode()):08x}"
    terminal.credential_set.filter(status=CredentialStatus.PENDING).update(
        status=CredentialStatus.REVOKED, revoked_at=now
    )
    Credential.objects.create(
        id=credential_id, terminal=terminal, secret_hash=_hash(secret), hint=secret[:16],
        created_at=now,
    )  # fmt: skip
    if terminal.status == TerminalStatus.PENDING:
        set_status(terminal, TerminalStatus.ACTIVE, actor=actor, now=now)
    audit.record([_fact("terminal.secret_issued", terminal)], actor=actor, now=now)
    return secret


@transaction.atomic
def set_status(terminal: Terminal, to: TerminalStatus, *, actor: Actor, now: datetime) -> None:
    """Activate, suspend or retire. StaleState when the register is not in a state that allows it."""
    old = terminal.status
    if to not in TERMINAL_TRANSITIONS[old]:
        raise StaleState(f"A register that is {old} cannot become {to}.")
    if not Terminal.objects.filter(pk=terminal.pk, status=old).update(status=to):
        raise StaleState("Somebody changed this register a moment ago.")
    terminal.status = to
    audit.record([_fact(f"terminal.{to}", terminal)], actor=actor, now=now)


@transaction.atomic
def revoke_credential(credential: Credential, *, actor: Actor, now: datetime) -> None:
    """The credential and every token that came from it are refused from the next request on."""
    changed = Credential.objects.filter(pk=credential.pk, status__in=USABLE).update(
        status=CredentialStatus.REVOKED, revoked_at=now
    )
    if not changed:
        raise StaleState("This credential is revoked already.")
    fact = _fact("terminal.credential_revoked", credential.terminal)
    audit.record([fact], actor=actor, now=now)


@transaction.atomic
def issue_token(*, client_id: str, client_secret: str, scope: str, now: datetime) -> IssuedToken:
    """OAuth 2.0 client credentials: a 15-minute bearer token, with the scopes asked for.

    InvalidClient for anything wrong with id or secret (never which); InvalidScope for a scope the
    register's profile does not have. The first use of a new secret makes it the active one.
    """
    credential = _find_credential(client_id, client_secret, now)
    if credential is None or credential.terminal.status != TerminalStatus.ACTIVE:
        raise InvalidClient("Unknown client or wrong secret.")
    allowed = list(credential.terminal.profile.scopes)
    wanted = scope.split() or allowed
    if not set(wanted) <= set(allowed):
        raise InvalidScope("The register's profile does not include every scope asked for.")
    if credential.status == CredentialStatus.PENDING:
        _activate(credential, now)
    token = secrets.token_urlsafe(32)
    AccessToken.objects.create(
        credential=credential, token_hash=_hash(token), scopes=wanted,
        issued_at=now, expires_at=now + TOKEN_LIFE,
    )  # fmt: skip
    return IssuedToken(token, int(TOKEN_LIFE.total_seconds()), tuple(wanted))


def prune_tokens(*, now: datetime) -> int:
    """Forget tokens that ended more than a day ago; how many."""
    return AccessToken.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()[0]


def _find_credential(client_id: str, client_secret: str, now: datetime) -> Credential | None:
    try:
        terminal_id = UUID(client_id)
    except ValueError:
        return None
    candidates = Credential.objects.select_related("terminal__profile", "terminal__store").filter(
        Q(not_after=None) | Q(not_after__gt=now), terminal_id=terminal_id, status__in=USABLE
    )
    given = _hash(client_secret)
    return next((c for c in candidates if hmac.compare_digest(bytes(c.secret_hash), given)), None)


def _activate(credential: Credential, now: datetime) -> None:
    """First use of a new secret: it becomes the active one, and the old one's overlap begins.

    Whoever waited for the lock may find it active already, made so by the same register a breath
    before; then there is nothing left to do.
    """
    Terminal.objects.select_for_update().get(pk=credential.terminal_id)
    Credential.objects.filter(
        terminal_id=credential.terminal_id, status=CredentialStatus.ACTIVE
    ).exclude(pk=credential.pk).update(status=CredentialStatus.RETIRING, not_after=now + OVERLAP)
    Credential.objects.filter(pk=credential.pk, status=CredentialStatus.PENDING).update(
        status=CredentialStatus.ACTIVE, first_used_at=now
    )


def _hash(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()


def _fact(action: str, terminal: Terminal) -> Fact:
    return Fact(action, "terminal", str(terminal.pk), subject_label=str(terminal))
