"""Bearer tokens. One indexed SELECT a request, so that a revocation works on the very next one."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from apps.common.addresses import address_of
from apps.common.caller import Caller
from apps.common.cards import scrub_card_numbers
from apps.common.errors import NotYours, Refusal
from apps.common.money import CashRounding
from apps.common.throttling import limit_failures
from apps.terminals import store
from apps.terminals.states import CredentialStatus, TerminalStatus

_SEEN_EVERY = timedelta(seconds=60)


class TokenMissing(Refusal):
    code = "token-missing"


class TokenInvalid(Refusal):
    code = "token-invalid"


class TokenExpired(Refusal):
    code = "token-expired"


class TerminalNotActive(NotYours):
    code = "terminal-not-active"


class TerminalTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer …` → `request.auth` is the `Caller`."""

    def authenticate(self, request: Request) -> tuple[Any, Caller]:
        now = timezone.now()
        row = store.find_token(hash_token(_bearer(request)))
        revoked = row and (row.revoked_at or row.credential_status == CredentialStatus.REVOKED)
        if row is None or revoked:
            limit_failures(request)
            raise TokenInvalid("The access token is unknown or was revoked.")
        if row.expires_at <= now or (row.credential_not_after and row.credential_not_after <= now):
            raise TokenExpired("The access token has expired. Ask for a new one.")
        if row.terminal_status != TerminalStatus.ACTIVE:
            raise TerminalNotActive("This register is not active.")
        if row.last_seen_at is None or now - row.last_seen_at > _SEEN_EVERY:
            ip = address_of(request) or None
            version = scrub_card_numbers(request.headers.get("User-Agent", ""))[:64]
            store.note_seen(row.terminal_id, at=now, ip=ip, version=version)
        caller = _caller(row, getattr(request, "request_id", ""))
        return caller, caller

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenMissing("Send `Authorization: Bearer …`.")
    return token.strip()


def _caller(row: store.TokenRow, request_id: str) -> Caller:
    return Caller(
        terminal_id=row.terminal_id,
        terminal_number=row.terminal_number,
        store_id=row.store_id,
        store_number=row.store_number,
        region_id=row.region_id,
        timezone=row.timezone,
        currency=row.currency,
        scopes=frozenset(row.token_scopes) & frozenset(row.profile_scopes),
        credential_id=row.credential_id,
        token_id=row.token_id,
        request_id=request_id,
        rate_per_second=row.rate_per_second,
        burst=row.burst,
        return_limit_minor=row.return_limit_minor,
        language=row.language,
        cash_rounding=CashRounding(row.cash_increment_minor, row.cash_mode),
        good_until=min(row.expires_at, row.credential_not_after or row.expires_at),
    )
