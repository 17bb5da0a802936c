"""One register's line to the server: every request goes out with a token that is good."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import replace

from client.errors import ClientError, ProblemError
from client.keyring import Keyring
from client.keys import Credential
from client.login import Login
from client.retry import ONCE, RetryPolicy
from client.rotation import RotationBusyError, rotate
from client.tokens import Grant, TokenKeeper
from client.transport import Answer, JsonObject, Request, Transport

STALE_TOKEN_CODES = frozenset({"token-expired", "token-invalid"})
PATIENCE_FOR_OTHERS = 10.0

log = logging.getLogger("client")


class Connection:
    """Thread-safe. Renews tokens, and rotates when the server asks for it, by itself."""

    def __init__(self, transport: Transport, keyring: Keyring) -> None:
        self.transport = transport
        self.root = f"{transport.base_url}/api/v1/"
        self._keyring = keyring
        self._login = Login(transport, keyring)
        self._tokens = TokenKeeper(self._fetch)
        self._outdated: Credential | None = None
        self._rest_until = 0.0

    def call(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        body: JsonObject | None = None,
        key: str = "",
        retry: RetryPolicy | None = None,
    ) -> Answer:
        """The 2xx answer. Raises as Transport.send does."""
        headers = {"Idempotency-Key": key} if key else {}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        request = Request(method, url, headers, params or {}, content)
        token = ""

        def with_token() -> Request:
            # Anew for each attempt: while the server was away the token may have come to its end.
            nonlocal token
            token = self.token()
            return replace(request, headers={**headers, "Authorization": f"Bearer {token}"})

        try:
            return self.transport.send(with_token, retry=retry)
        except ProblemError as problem:
            if problem.status != 401 or problem.code not in STALE_TOKEN_CODES:
                raise
        # Once, and with the same key: the refused attempt had no effect.
        self._tokens.discard(token)
        return self.transport.send(with_token, retry=retry)

    def access_token(self) -> str:
        """A token that is good now, waited for as an answer is."""
        return self.transport.repeat(self.token)

    def token(self) -> str:
        """A token that is good now, with one attempt. Whoever finds that a rotation is due, rotates."""
        token = self._tokens.current()
        outdated = self._outdated
        if outdated is None:
            return token
        # This thread alone stops for it; the others have a token and go on.
        self._outdated = None
        self.replace_in_passing(outdated)
        return self._tokens.current()

    def credential(self) -> Credential | None:
        """What this register proves itself with at this moment."""
        return self._keyring.read().current

    def rotate(self) -> str | None:
        """Change to a new key, or secret, now; gives the new key's id. Raises as `rotation.rotate`."""
        self._rotate(None, patience=PATIENCE_FOR_OTHERS)
        current = self.credential()
        return current.kid if current else None

    def replace_in_passing(self, outdated: Credential | None) -> None:
        """The server wants this one replaced. Failing is no matter: it will say so again."""
        if time.monotonic() < self._rest_until:
            return
        try:
            # No repeats: somebody waits for the call that this was found out with.
            self._rotate(outdated, retry=ONCE)
        except RotationBusyError:
            return
        except ClientError as failure:
            if isinstance(failure, ProblemError) and failure.retry_after:
                self._rest_until = time.monotonic() + failure.retry_after
            log.warning("The rotation did not succeed and will be tried again: %s", failure)

    def _fetch(self) -> Grant:
        grant = self._login.fetch()
        self._outdated = grant.outdated
        return grant

    def _rotate(
        self,
        outdated: Credential | None,
        *,
        patience: float = 0.0,
        retry: RetryPolicy | None = None,
    ) -> None:
        def post(body: JsonObject, key: str) -> JsonObject:
            url = self.root + "terminals/self/keys"
            return self.call("POST", url, body=body, key=key, retry=retry).data

        asked_at = time.monotonic()
        grant = rotate(
            self._keyring, self._login, post, outdated=outdated, patience=patience, retry=retry
        )
        if grant is not None:
            self._tokens.put(grant, asked_at)
