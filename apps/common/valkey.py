"""Asking Valkey without waiting for it: an answer within a tenth of a second, or none.

For what makes an answer better and is not needed for one, such as rate limits. A Valkey that is
down, slow, full or misconfigured is left alone for two seconds before one request tries again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any

from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

TIMEOUT_S = 0.1
PAUSE_S = 2.0


def run_script(script: str, key: str, *arguments: int) -> int | None:
    """The number that the Lua script answers, in one round trip; None when Valkey is no help."""
    # With its text, not its hash: Valkey knows it by then, and a restart needs no second way.
    return _ask(lambda client: client.eval(script, 1, key, *arguments))


def list_length(key: str) -> int | None:
    """How many things a list holds, 0 where there is none; None when Valkey is no help."""
    return _ask(lambda client: client.llen(key))


def _ask(question: Callable[[Redis], Any]) -> int | None:
    if not _pause.is_over():
        return None
    try:
        answer = question(_client(settings.REDIS_URL, TIMEOUT_S))
    except (RedisError, OSError) as error:
        _pause.begin(error)
        return None
    _pause.end()
    return int(answer)


@cache
def _client(url: str, timeout: float) -> Redis:
    """One pool of connections per process; it is shared by threads and notices a fork."""
    return Redis.from_url(
        url,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(NoBackoff(), 0),  # the library's own would wait for seconds
        protocol=2,  # no greetings: each would be a round trip of its own
        driver_info=None,
    )


class _Pause:
    """Whether Valkey is left alone at this moment, for all threads of this process.

    When the pause is over, one caller asks; the others go on without until that one has an answer.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._on = False
        self._ask_again_at = 0.0

    def is_over(self) -> bool:
        if not self._on:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._ask_again_at:
                return False
            self._ask_again_at = now + PAUSE_S
            return True

    def begin(self, error: Exception) -> None:
        with self._lock:
            is_news, self._on = not self._on, True
            self._ask_again_at = time.monotonic() + PAUSE_S
        if is_news:
            logger.warning("Valkey is no help, rate limits are open: %s", type(error).__name__)

    def end(self) -> None:
        if not self._on:
            return
        with self._lock:
            was_on, self._on = self._on, False
        if was_on:
            logger.warning("Valkey answers again, rate limits hold")


_pause = _Pause()
