"""Saying who we are: API keys, passwords, and access tokens by OAuth 2.0 client credentials."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from apps.integrations.gateways.base import Target
from apps.integrations.gateways.calling import Ask, Clock, send
from apps.integrations.policy.rest import (
    API_KEY,
    BASIC,
    BEARER,
    OAUTH,
    AuthSettings,
    missing_credentials,
    said_text,
)

LIFE_S = 300.0
"""How long a token is taken to live when its issuer does not say."""
MARGIN_S = 30.0
"""A token is not used for the last seconds of its life, or the last half of a short one."""


class NoToken(Exception):
    """No access token was to be had; `cause` groups it, the text says what was answered."""

    def __init__(self, cause: str, detail: str = "") -> None:
        super().__init__(detail)
        self.cause = cause


class Tokens:
    """Access tokens, kept in memory until shortly before they end. Safe among threads."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[str, float]] = {}

    def get(self, auth: AuthSettings, target: Target, clock: Clock) -> str:
        """A token that is good for now; asked for when there is none. NoToken says why not."""
        name = _name(auth, target)
        with self._lock:
            token, until = self._kept.get(name, ("", 0.0))
        if token and self._seconds() < until:
            return token
        began = self._seconds()
        token, life = _fetch(auth, target, clock)
        with self._lock:
            self._kept[name] = (token, began + max(life - MARGIN_S, life / 2))
        return token

    def forget(self, auth: AuthSettings, target: Target, token: str) -> None:
        """It was refused. One that somebody else has fetched meanwhile stays."""
        name = _name(auth, target)
        with self._lock:
            if self._kept.get(name, ("", 0.0))[0] == token:
                del self._kept[name]


def secret_head(
    auth: AuthSettings, target: Target, tokens: Tokens, clock: Clock
) -> Mapping[str, str]:
    """The header that proves who we are. NoToken, also when credentials are missing."""
    given = target.credentials
    if missing := missing_credentials(auth.kind, given):
        raise NoToken("credentials", f"missing: {', '.join(missing)}")
    if auth.kind == API_KEY:
        return {auth.header: given["api_key"]}
    if auth.kind == BASIC:
        return {"Authorization": _basic(given["username"], given["password"])}
    if auth.kind == BEARER:
        return {"Authorization": f"Bearer {given['token']}"}
    if auth.kind == OAUTH:
        return {"Authorization": f"Bearer {tokens.get(auth, target, clock)}"}
    return {}


def _basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def _name(auth: AuthSettings, target: Target) -> str:
    """Another secret is another token: a rotation takes effect at once."""
    parts = [auth.token_url, auth.scope, auth.audience, *map(target.credentials.get, _CLIENT)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


_CLIENT = ("client_id", "client_secret")


def _fetch(auth: AuthSettings, target: Target, clock: Clock) -> tuple[str, float]:
    """RFC 6749 section 4.4, through the same guard."""
    client_id, client_secret = (target.credentials[name] for name in _CLIENT)
    form = {"grant_type": "client_credentials"}
    form |= {k: v for k, v in (("scope", auth.scope), ("audience", auth.audience)) if v}
    secret: dict[str, str] = {}
    if auth.client_in_body:
        form |= {"client_id": client_id, "client_secret": client_secret}
    else:  # RFC 6749 2.3.1: both are form-encoded first
        secret["Authorization"] = _basic(quote(client_id, safe=""), quote(client_secret, safe=""))
    ask = Ask(
        "POST", auth.token_url, {"Accept": "application/json"}, urlencode(form),
        "application/x-www-form-urlencoded", secret,
    )  # fmt: skip
    answer = send(ask, target, clock)
    said = _read(answer.body)
    if answer.status is None:
        raise NoToken(f"token {answer.problem}")
    token, life = said.get("access_token"), said.get("expires_in", LIFE_S)
    if not answer.ok or not isinstance(token, str) or not token:
        # Only these two are worth keeping; the rest of the answer may be secret.
        words = [said_text(said[k]) for k in ("error", "error_description") if said.get(k)]
        raise NoToken(f"token status {answer.status}", ": ".join(words))
    return token, float(life) if isinstance(life, int | float) else LIFE_S


def _read(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
