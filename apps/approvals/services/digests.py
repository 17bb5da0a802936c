from __future__ import annotations

from django.conf import settings
from django.utils.crypto import salted_hmac

_SALT = "approvals.badge"


def hash_badge(code: str) -> str:
    """HMAC-SHA-256 of what a badge says, under a key from the environment, as 64 hex digits."""
    return salted_hmac(
        _SALT, code.strip(), secret=settings.ID_HASH_KEY, algorithm="sha256"
    ).hexdigest()
