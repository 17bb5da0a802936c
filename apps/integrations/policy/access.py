"""How we say who we are to a source. Pure."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

from apps.integrations.states import AccessKind

WORDS: dict[str, tuple[str, ...]] = {
    AccessKind.NONE: (),
    AccessKind.HEADER: ("header", "value"),
    AccessKind.BASIC: ("username", "password"),
    AccessKind.BEARER: ("token",),
}
"""What each kind needs to know."""

_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_VALUE = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,4000}")
_TAKEN = {"host", "content-length", "connection", "transfer-encoding", "user-agent", "content-type"}


def check_access(kind: str, credentials: Mapping[str, str]) -> list[str]:
    """What is wrong, a sentence each; never with a secret in it."""
    missing = [word for word in WORDS[kind] if not credentials.get(word)]
    if missing:
        return [f"Missing: {', '.join(missing)}."]
    wrong = [
        f"{word} may hold visible ASCII characters only."
        for word in WORDS[kind]
        if word not in ("header", "password") and not _fine(credentials.get(word, ""))
    ]
    name = credentials.get("header", "")
    if kind == AccessKind.HEADER and (not _HEADER.fullmatch(name) or name.lower() in _TAKEN):
        wrong.append("That is no header that can be set.")
    return wrong


def headers_for(kind: str, credentials: Mapping[str, str]) -> dict[str, str]:
    """The headers that say who asks."""
    if kind == AccessKind.HEADER:
        return {credentials["header"]: credentials["value"]}
    if kind == AccessKind.BASIC:
        pair = f"{credentials['username']}:{credentials['password']}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    if kind == AccessKind.BEARER:
        return {"Authorization": f"Bearer {credentials['token']}"}
    return {}


def _fine(value: str) -> bool:
    return not value or bool(_VALUE.fullmatch(value))
