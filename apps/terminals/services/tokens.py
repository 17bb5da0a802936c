"""Access tokens, by a signed assertion or a secret."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from apps.audit import services as audit
from apps.common.caller import Actor
from apps.common.errors import Invalid, Refusal, StaleState
from apps.terminals import store
from apps.terminals.locks import lock_terminal
from apps.terminals.models import AccessToken, Credential
from apps.terminals.policy.assertions import (
    AssertionRefused,
    Claims,
    ClockRefused,
    read_subject,
    verify_assertion,
)
from apps.terminals.policy.keys import load_key
from apps.terminals.services.credentials import first_use
from apps.terminals.services.keys import token_url
from apps.terminals.services.rotation import rotation_due
from apps.terminals.services.secrets import hashed
from apps.terminals.services.telling import fact, tell
from apps.terminals.states import USABLE, CredentialKind, CredentialStatus, TerminalStatus


class InvalidClient(Refusal):
    code = "invalid-client"


class AssertionClock(InvalidClient):
    """Properly signed; the register's clock is wrong. The answer's Date header has the time."""

    code = "assertion-clock"


class InvalidScope(Invalid):
    code = "invalid-scope"


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A bearer token in clear: shown once, here. `rotate_by` set: make and post a new key now."""

    token: str
    expires_in: int
    scopes: tuple[str, ...]
    rotate_by: datetime | None = None


@transaction.atomic
def issue_token(*, client_id: str, client_secret: str, scope: str, now: datetime) -> IssuedToken:
    """A bearer token, with the scopes asked for, for a register that has a secret.

    InvalidClient for anything wrong with id or secret (never which); InvalidScope for a scope the
    register's profile does not have. The first use of a new secret makes it the active one.
    """
    given = hashed(client_secret)
    candidates = _usable(client_id, now).filter(kind=CredentialKind.SECRET)
    credential = _first(
        candidates, lambda one: hmac.compare_digest(bytes(one.secret_hash or b""), given)
    )
    if credential is None or credential.terminal.status != TerminalStatus.ACTIVE:
        raise InvalidClient("Unknown client or wrong secret.")
    return _issue(credential, scope, now)


@transaction.atomic
def issue_token_by_assertion(
    *, assertion: str, client_id: str, scope: str, now: datetime
) -> IssuedToken:
    """The same for a register that signs (`private_key_jwt`). An assertion is good once.

    InvalidClient says what is wrong with it; AssertionClock when it is only the clock.
    """
    credential, claims = _proved(assertion, client_id, now)
    if credential.terminal.status != TerminalStatus.ACTIVE:
        raise InvalidClient("This register is not active.")
    if not store.spend(hashed(f"{claims.subject} {claims.jti}"), claims.expires_at):
        raise InvalidClient("This assertion was used before. Sign a new one for every attempt.")
    return _issue(credential, scope, now)


@transaction.atomic
def revoke_token(token: AccessToken, *, actor: Actor, now: datetime) -> None:
    """The token is refused from the next request on. StaleState when it was revoked already."""
    terminal = lock_terminal(token.credential.terminal_id)
    if not AccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        raise StaleState("This token is revoked already.")
    audit.record([fact("terminal.token_revoked", terminal, token=token.pk)], actor=actor, now=now)
    tell("terminal.revoked", terminal, now=now, what="token")


def prune_tokens(*, now: datetime) -> int:
    """Forget tokens that ended more than a day ago; how many."""
    return AccessToken.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()[0]


def _proved(assertion: str, client_id: str, now: datetime) -> tuple[Credential, Claims]:
    """The credential whose key signed this, and what it says."""
    try:
        subject, kid = read_subject(assertion)
        if client_id and client_id != subject:
            raise AssertionRefused("`client_id` and `sub` are not the same.")
        candidates = _usable(subject, now).filter(kind=CredentialKind.KEY)
        signers = [one for one in candidates if kid in (None, one.thumbprint)]
        if not signers:
            raise AssertionRefused("The register, or this key of it, is not known.")
        return _signed_by(assertion, signers, now)
    except ClockRefused as refused:
        raise AssertionClock(str(refused)) from refused
    except AssertionRefused as refused:
        raise InvalidClient(str(refused)) from refused


def _signed_by(
    assertion: str, signers: list[Credential], now: datetime
) -> tuple[Credential, Claims]:
    refusals = []
    for credential in signers:
        try:
            key = load_key(credential.public_key or {})
            return credential, verify_assertion(assertion, key, audiences=[token_url()], now=now)
        except ClockRefused:
            raise
        except AssertionRefused as refused:
            refusals.append(refused)
    raise refusals[-1]


def _usable(client_id: str, now: datetime) -> QuerySet[Credential]:
    try:
        terminal_id = UUID(client_id)
    except ValueError:
        return Credential.objects.none()
    return Credential.objects.select_related("terminal__profile", "terminal__store").filter(
        Q(not_after=None) | Q(not_after__gt=now), terminal_id=terminal_id, status__in=USABLE
    )


def _first(
    candidates: QuerySet[Credential], fits: Callable[[Credential], bool]
) -> Credential | None:
    return next((one for one in candidates if fits(one)), None)


def _issue(credential: Credential, scope: str, now: datetime) -> IssuedToken:
    allowed = list(credential.terminal.profile.scopes)
    wanted = scope.split() or allowed
    if not set(wanted) <= set(allowed):
        raise InvalidScope("The register's profile does not include every scope asked for.")
    if credential.status == CredentialStatus.PENDING and not first_use(credential, now=now):
        raise InvalidClient("This credential was replaced a moment ago.")
    token = secrets.token_urlsafe(32)
    life = timedelta(seconds=settings.TOKEN_LIFE_S)
    AccessToken.objects.create(
        credential=credential, token_hash=hashed(token), scopes=wanted,
        issued_at=now, expires_at=now + life,
    )  # fmt: skip
    Credential.objects.filter(pk=credential.pk).update(last_used_at=now)
    due = rotation_due(credential.terminal_id, now=now)
    return IssuedToken(token, settings.TOKEN_LIFE_S, tuple(wanted), due)
