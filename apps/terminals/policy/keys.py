"""Public keys of registers: Ed25519 and P-256 as JWK (RFC 7517, 8037), named by thumbprint (RFC 7638)."""

from __future__ import annotations

import re
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from apps.common.errors import FieldError, Invalid

PublicKey = OKPKey | ECKey

_COORDINATE = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes as base64url
_MEMBERS = {"Ed25519": ("x",), "P-256": ("x", "y")}
_KINDS = {("OKP", "Ed25519"), ("EC", "P-256")}
_MAY_STAND_BESIDE = {"alg", "use", "kid", "key_ops"}  # said by some libraries, not kept


class KeyNotUsable(Invalid):
    """The `jwk` is not a public Ed25519 or P-256 key."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, errors=[FieldError("jwk", "invalid", detail)])


def read_public_key(jwk: dict[str, Any]) -> dict[str, str]:
    """The members that make the key, and no others. KeyNotUsable when it is not one we take."""
    if "d" in jwk:
        raise KeyNotUsable("This is a private key. Make a new one, and send its public half only.")
    kind, curve = jwk.get("kty"), jwk.get("crv")
    if (kind, curve) not in _KINDS:
        raise KeyNotUsable("The key must be OKP with crv Ed25519, or EC with crv P-256.")
    unknown = set(jwk) - {"kty", "crv", *_MEMBERS[str(curve)], *_MAY_STAND_BESIDE}
    if unknown:
        raise KeyNotUsable(f"Unknown member of the key: {min(unknown)[:32]}.")
    key = {"kty": str(kind), "crv": str(curve)}
    for member in _MEMBERS[str(curve)]:
        value = jwk.get(member)
        if not isinstance(value, str) or not _COORDINATE.fullmatch(value):
            raise KeyNotUsable(f"`{member}` must be 32 bytes as base64url without padding.")
        key[member] = value
    load_key(key)
    return key


def load_key(jwk: dict[str, str]) -> PublicKey:
    """The key, ready to verify with; KeyNotUsable when its numbers are no point of the curve."""
    try:
        if jwk["kty"] == "OKP":
            return OKPKey.import_key({**jwk})
        return ECKey.import_key({**jwk})
    except (JoseError, ValueError) as error:
        raise KeyNotUsable("The key's numbers are not on its curve.") from error


def thumbprint(jwk: dict[str, str]) -> str:
    """43 characters of base64url: the SHA-256 of the key's canonical JSON."""
    return load_key(jwk).thumbprint()
