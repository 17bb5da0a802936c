"""Getting tokens: which credential is tried, and what is done about a clock that is wrong."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

from client.errors import ProblemError
from client.identity import TOKEN_PATH, Identity
from client.keyring import Keyring, KeyringError
from client.keys import Credential
from client.retry import ONCE, RetryPolicy
from client.tokens import Grant
from client.transport import Request, Transport

log = logging.getLogger("client")


class Login:
    """Asks the token endpoint in a register's name."""

    def __init__(
        self, transport: Transport, keyring: Keyring, clock: Callable[[], float] = time.time
    ) -> None:
        self._transport = transport
        self._keyring = keyring
        self._clock = clock
        self._offset = 0.0

    def fetch(self) -> Grant:
        """A token, got with the newest credential that the server knows. Nothing is repeated here:
        by the next attempt somebody else may have rotated.

        A pending one that gets a token becomes the current one. One that the server does not
        know stays pending, and the grant says that what was used instead is outdated.
        """
        with self._keyring.alone() as mine:
            # Read anew each time: another process may have rotated.
            identity = self._keyring.read()
            if identity.current is None:
                raise KeyringError("the enrolment was not finished: enrol again")
            credential, grant = self._first_known(identity)
            if not mine:
                return grant  # whoever is rotating at this moment writes down what comes of it
            kept = identity.used(credential)
            self._keep(identity, kept)
        return grant if kept.pending is None else replace(grant, outdated=credential)

    def ask(
        self, identity: Identity, credential: Credential, *, retry: RetryPolicy | None = None
    ) -> Grant:
        """A token for this credential. Each attempt has a proof of its own: none is used twice."""
        try:
            return self._ask(identity, credential, retry)
        except ProblemError as problem:
            if problem.code != "assertion-clock" or problem.server_time is None:
                raise
            # Only the offset is wrong, and now we know it; the register's clock is left alone.
            self._offset = problem.server_time.timestamp() - self._clock()
        return self._ask(identity, credential, retry)

    def now(self) -> float:
        """The server's time, as far as we know it: seconds since 1970."""
        return self._clock() + self._offset

    def audience(self, identity: Identity) -> str:
        return identity.audience_at(self._transport.base_url)

    def _keep(self, before: Identity, after: Identity) -> None:
        if after == before:
            return
        try:
            self._keyring.write(after)
        except KeyringError as failure:
            # The token is good all the same, and the old keyring leads to the next one again.
            log.warning("The new key works, but that could not be written down: %s", failure)

    def _first_known(self, identity: Identity) -> tuple[Credential, Grant]:
        *hopes, last = identity.candidates()
        for credential in hopes:
            try:
                return credential, self.ask(identity, credential, retry=ONCE)
            except ProblemError as problem:
                if problem.code != "invalid-client":
                    raise
        return last, self.ask(identity, last, retry=ONCE)

    def _ask(self, identity: Identity, credential: Credential, retry: RetryPolicy | None) -> Grant:
        def request() -> Request:
            proof = credential.prove(identity.client_id, self.audience(identity), self.now())
            form = urlencode({"grant_type": "client_credentials", **proof.form}).encode()
            headers = {"Content-Type": "application/x-www-form-urlencoded", **proof.headers}
            return Request("POST", self._transport.base_url + TOKEN_PATH, headers, content=form)

        granted = self._transport.send(request, retry=retry).data
        return Grant(
            str(granted["access_token"]),
            float(granted["expires_in"]),
            outdated=credential if granted.get("rotate_by") else None,
        )
