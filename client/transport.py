"""HTTP as a register needs it: keep-alive, timeouts, and the same request again when it is safe."""

from __future__ import annotations

import json
import os
import random
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import requests
from requests.utils import get_environ_proxies

from client.errors import ProblemError, UnreachableError, read_problem
from client.retry import RetryPolicy, is_worth_repeating

JsonObject = dict[str, Any]
T = TypeVar("T")

USER_AGENT = "returns-client/1.0"
CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready to be sent any number of times with the very same bytes."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer. `raw` is exactly what came over the wire."""

    status: int
    headers: Mapping[str, str]
    raw: bytes = field(repr=False)

    @property
    def data(self) -> JsonObject:
        try:
            document = json.loads(self.raw)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            # Something in between answered in the server's place, such as a login page.
            raise UnreachableError(f"answered {self.status} with something else than a JSON object")
        return document

    @property
    def replayed(self) -> bool:
        """True when the server had answered this key before and repeats what it said."""
        return self.headers.get("Idempotent-Replayed") == "true"


class Transport:
    """Sends requests to one server. Any number of threads and registers may share it."""

    def __init__(self, base_url: str, retry: RetryPolicy | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self.retry = retry or RetryPolicy()
        self._local = threading.local()
        self._sessions: weakref.WeakSet[requests.Session] = weakref.WeakSet()
        self._counting = threading.Lock()
        self._calls = 0
        self._impatient = threading.Event()

    @property
    def calls(self) -> int:
        """Requests sent so far, repeats included."""
        return self._calls

    def send(
        self, request: Request | Callable[[], Request], *, retry: RetryPolicy | None = None
    ) -> Answer:
        """The 2xx answer. Raises ProblemError for any other, UnreachableError for none at all.

        Connection errors, timeouts and busy answers are sent again, within the retry policy.
        Every request of this API is safe to repeat: it only reads, or carries its key. A function
        is called before each attempt, for what must be new each time: tokens, and proofs.
        """

        def attempt() -> Answer:
            outcome = self._send_once(request if isinstance(request, Request) else request())
            if isinstance(outcome, Answer):
                return outcome
            raise outcome

        return self.repeat(attempt, retry=retry)

    def repeat(self, attempt: Callable[[], T], *, retry: RetryPolicy | None = None) -> T:
        """What `attempt` gives, tried again within the policy while its failure may pass."""
        policy = retry or self.retry
        started = time.monotonic()
        made = 0
        while True:
            try:
                return attempt()
            except (ProblemError, UnreachableError) as failure:
                if isinstance(failure, ProblemError) and not is_worth_repeating(
                    failure.status, failure.code
                ):
                    raise
                wait = policy.wait_before_next(made, failure.retry_after, random.random())
                made += 1
                if not policy.allows_another(made, time.monotonic() - started, wait):
                    raise
                if self._impatient.wait(wait):
                    raise

    def stop_waiting(self) -> None:
        """No more repeats, for good: calls that wait for their next attempt fail at once."""
        self._impatient.set()

    def close(self) -> None:
        """Give the connections back. The transport stays usable and would open new ones."""
        with self._counting:
            sessions = list(self._sessions)
        for session in sessions:
            session.close()

    def _send_once(self, request: Request) -> Answer | ProblemError | UnreachableError:
        with self._counting:
            self._calls += 1
        try:
            response = self._session().request(
                request.method,
                request.url,
                params=request.params,
                data=request.content,
                headers=request.headers,
                timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
                # A redirected POST would arrive as a GET; the address given must be the right one.
                allow_redirects=False,
            )
        except (
            requests.ConnectionError,
            requests.Timeout,
            requests.exceptions.ChunkedEncodingError,
        ) as exc:
            return UnreachableError(f"{request.method} {request.url}: {exc}")
        if 200 <= response.status_code < 300:
            return Answer(response.status_code, response.headers, response.content)
        return read_problem(response.status_code, response.headers, response.content)

    def _session(self) -> requests.Session:
        # requests does not promise that a Session may be shared between threads.
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._open_session()
            self._local.session = session
            with self._counting:
                self._sessions.add(session)
        return session

    def _open_session(self) -> requests.Session:
        """A session that has read the environment once: per request it takes a third of the time.

        It also keeps a ~/.netrc entry from overruling our Authorization header.
        """
        session = requests.Session()
        session.trust_env = False
        session.proxies = get_environ_proxies(self.base_url)
        session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        session.headers.update({"Accept": "application/json", "User-Agent": USER_AGENT})
        return session
