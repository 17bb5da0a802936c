"""The key that signs checkpoints, and those that they may have been signed with."""

from __future__ import annotations

import base64
import binascii
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def signing_key() -> Ed25519PrivateKey | None:
    """None where checkpoints are not signed. In development there is always one."""
    if settings.AUDIT_SIGNING_KEY:
        return Ed25519PrivateKey.from_private_bytes(
            _bytes(settings.AUDIT_SIGNING_KEY, "AUDIT_SIGNING_KEY")
        )
    if settings.DEVELOPMENT:
        seed = sha256(b"audit checkpoints: " + settings.SECRET_KEY.encode()).digest()
        return Ed25519PrivateKey.from_private_bytes(seed)
    return None


def public_keys() -> dict[str, bytes]:
    """Those to believe, 32 bytes each, by their id: the present one and AUDIT_PUBLIC_KEYS."""
    given = [_bytes(text, "AUDIT_PUBLIC_KEYS") for text in settings.AUDIT_PUBLIC_KEYS]
    own = signing_key()
    found = [*given, *([public_of(own)] if own else [])]
    return {key_id(public): public for public in found}


def public_of(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def key_id(public: bytes) -> str:
    """The first 16 hex digits of its SHA-256."""
    return sha256(public).hexdigest()[:16]


def is_signed(body: bytes, signature: bytes, public: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, body)
    except InvalidSignature:
        return False
    return True


def _bytes(text: str, name: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except binascii.Error:
        found = b""
    if len(found) != 32:
        raise ImproperlyConfigured(f"{name}: not 32 bytes in base64.")
    return found
