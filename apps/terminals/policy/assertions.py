"""`private_key_jwt` (RFC 7523): what a register signs to say who it is."""

from __future__ import annotations

import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry, deserialize_compact, extract_compact

from apps.terminals.policy.keys import PublicKey

LONGEST_LIFE = timedelta(seconds=60)
AHEAD = timedelta(seconds=10)  # how far a register's clock may run before ours
_LONGEST_TEXT = 4096


class AssertionRefused(Exception):
    """Not signed by this key, or not for us. The sentence says what to mend, and nothing secret."""


class ClockRefused(AssertionRefused):
    """Properly signed, but the register's clock is too far from ours."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What an assertion says: which register, and the id that makes it good for one use."""

    subject: str
    jti: str
    expires_at: datetime


class _Signatures(JWSRegistry):
    """Ed25519 and ES256 only. `EdDSA` is how older libraries name Ed25519."""

    max_payload_length = 2048

    def get_alg(self, name: str) -> Any:
        alg = {"EdDSA": "Ed25519"}.get(name, name)
        if alg not in ("Ed25519", "ES256"):
            raise UnsupportedAlgorithmError("Sign with Ed25519 (EdDSA) or ES256.")
        return self.algorithms[alg]


def read_subject(text: str) -> tuple[str, str | None]:
    """Whom an assertion says it is from, and the key id in its header, before anything is proved."""
    try:
        if len(text) > _LONGEST_TEXT:
            raise AssertionRefused("The assertion is too long.")
        unproved = extract_compact(text.encode(), registry=_Signatures())
        subject, kid = _payload(unproved.payload).get("sub"), unproved.headers().get("kid")
    except (JoseError, ValueError, binascii.Error) as error:
        raise AssertionRefused("The assertion is not a compact JWS.") from error
    return str(subject), kid if isinstance(kid, str) else None


def verify_assertion(
    text: str, key: PublicKey, *, audiences: Sequence[str], now: datetime
) -> Claims:
    """The claims, once signature, issuer, audience and times are right.

    AssertionRefused otherwise; ClockRefused when only the register's clock is wrong.
    """
    try:
        proved = deserialize_compact(text, key, registry=_Signatures())
        claims = _payload(proved.payload)
    except (JoseError, ValueError, TypeError, binascii.Error) as error:
        raise AssertionRefused("The assertion is not signed by a key of this register.") from error
    issuer, subject, jti = (claims.get(name) for name in ("iss", "sub", "jti"))
    if not isinstance(subject, str) or issuer != subject:
        raise AssertionRefused("`iss` and `sub` must both be the client id.")
    if not isinstance(jti, str) or not 1 <= len(jti) <= 128:
        raise AssertionRefused("`jti` must be a string of 1 to 128 characters.")
    named = claims.get("aud")
    if not set(named if isinstance(named, list) else [named]) & set(audiences):
        raise AssertionRefused(f"`aud` must be {audiences[0]}.")
    return Claims(subject, jti, _check_times(claims, now))


def _check_times(claims: dict[str, Any], now: datetime) -> datetime:
    issued, expires = _instant(claims, "iat"), _instant(claims, "exp")
    not_before = _instant(claims, "nbf") if "nbf" in claims else issued
    if not timedelta(0) < expires - issued <= LONGEST_LIFE:
        raise AssertionRefused("`exp` must be after `iat`, by 60 seconds at most.")
    if max(issued, not_before) > now + AHEAD:
        raise ClockRefused(f"`iat` is ahead of our time, which is {now:%Y-%m-%dT%H:%M:%SZ}.")
    if expires <= now:
        raise ClockRefused(f"`exp` has passed; our time is {now:%Y-%m-%dT%H:%M:%SZ}.")
    return expires


def _instant(claims: dict[str, Any], name: str) -> datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e11:
        raise AssertionRefused(f"`{name}` must be seconds since 1970.")
    return datetime.fromtimestamp(value, UTC)


def _payload(raw: bytes) -> dict[str, Any]:
    claims = json.loads(raw)
    if not isinstance(claims, dict):
        raise ValueError("not an object")
    return claims
