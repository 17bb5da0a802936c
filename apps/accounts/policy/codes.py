"""The second factor: secrets and codes of authenticator apps, and recovery codes. Pure."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

from django_otp.oath import TOTP

STEP_S = 30
RECOVERY_CODES = 10
_RECOVERY = re.compile(r"[A-Z2-7]{24}")


def new_secret() -> str:
    """20 bytes in base32, as apps take it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def step_of(secret: str, code: str, *, now: datetime, after: int) -> int | None:
    """The step of 30 s that `code` belongs to: this one or a neighbour, later than `after`.

    None if it belongs to none. A clock may be half a minute off; no code counts twice.
    """
    digits = re.sub(r"[\s-]", "", code)
    if not re.fullmatch(r"[0-9]{6}", digits):
        return None
    totp = TOTP(base64.b32decode(secret), step=STEP_S)
    totp.time = now.timestamp()
    return totp.t() if totp.verify(int(digits), tolerance=1, min_t=after + 1) else None


def app_address(secret: str, *, name: str, issuer: str) -> str:
    """What the picture says: `otpauth://totp/…`."""
    label = quote(f"{issuer}:{name}")
    return (
        f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"
    )


def grouped(code: str) -> str:
    """`ABCD-EFGH-…`, as people write it down."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def new_recovery_codes() -> list[str]:
    """Ten codes of 120 bits."""
    return [base64.b32encode(secrets.token_bytes(15)).decode() for _ in range(RECOVERY_CODES)]


def digest_of(given: str) -> str | None:
    """What is stored of a recovery code, however it was typed; None if it cannot be one."""
    code = re.sub(r"[\s-]", "", given).upper()
    return hashlib.sha256(code.encode()).hexdigest() if _RECOVERY.fullmatch(code) else None
