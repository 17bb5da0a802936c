"""The keys that stored secrets are encrypted under, newest first, and sealing and opening with them.

A stored value is `<key>:<token>`: the token is Fernet's (AES-128-CBC with HMAC-SHA256), the key the
first eight hex digits of the SHA-256 of the key it was made with. So it can be told which values
stand under which key without opening any.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

MARK_LENGTH = 8
"""How long a key's mark is; a stored value begins with it."""

_STORED = re.compile(rf"([0-9a-f]{{{MARK_LENGTH}}}):([A-Za-z0-9_=-]+)")


class UnreadableSecret(Exception):
    """A stored secret cannot be opened. Says which one where that is known; never what is in it.

    `why` is the reason alone.
    """

    def __init__(self, why: str, where: str = "") -> None:
        super().__init__(f"{where} cannot be read. {why}" if where else why)
        self.why = why


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    """A secret as it is stored. Nothing that prints it shows what is in it."""

    text: str

    def __repr__(self) -> str:
        return f"<sealed under {self.mark or 'no key'}>"

    @property
    def mark(self) -> str:
        """The key it stands under; empty for what we never wrote."""
        return match[1] if (match := _STORED.fullmatch(self.text)) else ""


class Keyring:
    """Seals under the newest key, opens what stands under any of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ImproperlyConfigured("FIELD_KEYS is empty: stored secrets need a key.")
        self.marks = tuple(_mark(key) for key in keys)
        if len(set(self.marks)) < len(keys):
            raise ImproperlyConfigured("FIELD_KEYS names the same key twice.")
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def __repr__(self) -> str:
        return f"<keyring {' '.join(self.marks)}>"

    @property
    def newest(self) -> str:
        return self.marks[0]

    def seal(self, secret: str) -> Sealed:
        return self._under_newest(self._fernet.encrypt(secret.encode()))

    def open(self, sealed: Sealed) -> str:
        """What is in it; UnreadableSecret when its key is missing, or it was damaged."""
        try:
            return self._fernet.decrypt(self._token(sealed)).decode()
        except InvalidToken:
            raise UnreadableSecret("It is damaged.") from None

    def reseal(self, sealed: Sealed) -> Sealed:
        """The same secret under the newest key; UnreadableSecret as above."""
        try:
            return self._under_newest(self._fernet.rotate(self._token(sealed)))
        except InvalidToken:
            raise UnreadableSecret("It is damaged.") from None

    def _token(self, sealed: Sealed) -> bytes:
        if sealed.mark not in self.marks:
            missing = sealed.mark or "unknown"
            raise UnreadableSecret(f"The key it stands under ({missing}) is not in FIELD_KEYS.")
        return sealed.text[MARK_LENGTH + 1 :].encode()

    def _under_newest(self, token: bytes) -> Sealed:
        return Sealed(f"{self.newest}:{token.decode()}")


def keyring() -> Keyring:
    """The keys of this process. ImproperlyConfigured when there is none, or one is malformed."""
    keys = [key.strip() for key in settings.FIELD_KEYS]
    if settings.DEVELOPMENT:
        # Behind those that were given, so that a rotation can be tried out, too.
        digest = hashlib.sha256(f"stored secrets:{settings.SECRET_KEY}".encode()).digest()
        keys.append(base64.urlsafe_b64encode(digest).decode())
    return _keyring_of(tuple(keys))


@lru_cache(maxsize=4)
def _keyring_of(keys: tuple[str, ...]) -> Keyring:
    return Keyring(keys)


def _mark(key: str) -> str:
    try:
        raw = base64.urlsafe_b64decode(key)
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise ImproperlyConfigured(
            "A key in FIELD_KEYS is malformed: 32 random bytes in URL-safe base64 are needed."
        )
    return hashlib.sha256(raw).hexdigest()[:MARK_LENGTH]
