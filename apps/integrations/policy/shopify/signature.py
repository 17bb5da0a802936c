"""Shopify's signature: base64 of HMAC-SHA256 over the very bytes of the body, in one header."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence


def is_signed(raw: bytes, signature: str, secrets: Sequence[str]) -> bool:
    """Whether one of the secrets made this signature.

    All are tried, each in constant time, so that the time says nothing of any of them.
    """
    given = signature.strip().encode(errors="replace")
    matches = [hmac.compare_digest(sign(raw, secret), given) for secret in secrets]
    return any(matches)


def sign(raw: bytes, secret: str) -> bytes:
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest())
