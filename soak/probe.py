"""One attempt with a token or a key that may no longer count: past the proxy, straight to the server."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from client.errors import ProblemError, UnreachableError
from client.identity import TOKEN_PATH
from client.keys import Credential
from client.retry import ONCE
from client.transport import Request, Transport


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"  # 401 or 403
    UNCLEAR = "unclear"  # the server was away, or busy: proves nothing


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of it. `token` where one was given; `finished_at` in seconds since 1970."""

    outcome: Outcome
    finished_at: float
    token: str = ""


class Probe:
    """Tries each thing once, without any of the client's help."""

    def __init__(self, url: str) -> None:
        self._line = Transport(url, ONCE)

    def by_key(self, client_id: str, key: Credential) -> Attempt:
        """Ask for a token with this key."""
        proof = key.prove(client_id, self._line.base_url + TOKEN_PATH, time.time())
        form = urlencode({"grant_type": "client_credentials", **proof.form}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._try(Request("POST", self._line.base_url + TOKEN_PATH, headers, content=form))

    def by_token(self, token: str) -> Attempt:
        """Say a heartbeat under this token, which changes nothing that counts."""
        url = f"{self._line.base_url}/api/v1/terminals/self/heartbeat"
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        return self._try(Request("POST", url, headers, content=b"{}"))

    def close(self) -> None:
        self._line.close()

    def _try(self, request: Request) -> Attempt:
        try:
            answer = self._line.send(request)
        except UnreachableError:
            return Attempt(Outcome.UNCLEAR, time.time())
        except ProblemError as problem:
            refused = problem.status in (401, 403)
            return Attempt(Outcome.REFUSED if refused else Outcome.UNCLEAR, time.time())
        return Attempt(Outcome.ACCEPTED, time.time(), str(answer.data.get("access_token", "")))
