"""One register's access token, kept fresh for all of its threads."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from client.errors import ClientError
from client.keys import Credential

RENEW_AT_SHARE_OF_LIFE = 2 / 3
JITTER_SHARE_OF_LIFE = 0.1
# Not used in its last moments: it has to be good when the request arrives, not when it leaves.
GOOD_FOR_SHARE_OF_LIFE = 0.9


@dataclass(frozen=True, slots=True)
class Grant:
    """What the token endpoint gave: the token and its life in seconds.

    `outdated` is what the token was got with, if that is to be replaced by a new one.
    """

    token: str = field(repr=False)
    lifetime: float
    outdated: Credential | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    token: str = field(repr=False)
    renew_at: float
    expires_at: float


class TokenKeeper:
    """Hands out a token that is good now, renewing it in time, with one renewal in flight."""

    def __init__(
        self,
        fetch: Callable[[], Grant],
        clock: Callable[[], float] = time.monotonic,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._dice = dice
        self._held: _Held | None = None
        self._renewing = threading.Lock()

    def current(self) -> str:
        """A token to use now. Only waits when there is none left that is good."""
        held = self._held
        now = self._clock()
        if held is not None and now < held.renew_at:
            return held.token
        if held is None or now >= held.expires_at:
            with self._renewing:
                return self._renew_unless_replaced(held)
        return self._renew_early(held)

    def discard(self, token: str) -> None:
        """The server refused this token: the next call fetches another."""
        with self._renewing:
            if self._held is not None and self._held.token == token:
                self._held = None

    def put(self, grant: Grant, asked_at: float) -> None:
        """This token was got elsewhere, asked for no earlier than that: use it from now on."""
        with self._renewing:
            self._hold(grant, asked_at)

    def _renew_early(self, held: _Held) -> str:
        if not self._renewing.acquire(blocking=False):
            return held.token
        try:
            return self._renew_unless_replaced(held)
        except ClientError:
            # Trying may have taken long.
            if self._clock() >= held.expires_at:
                raise
            # The old token still works; whoever comes next tries the renewal again.
            return held.token
        finally:
            self._renewing.release()

    def _renew_unless_replaced(self, seen: _Held | None) -> str:
        # Whoever waited for the lock finds that the one before has renewed already.
        if self._held is not None and self._held is not seen:
            return self._held.token
        asked_at = self._clock()
        grant = self._fetch()
        self._hold(grant, asked_at)
        return grant.token

    def _hold(self, grant: Grant, asked_at: float) -> None:
        share = RENEW_AT_SHARE_OF_LIFE - JITTER_SHARE_OF_LIFE * self._dice()
        self._held = _Held(
            grant.token,
            renew_at=asked_at + grant.lifetime * share,
            expires_at=asked_at + grant.lifetime * GOOD_FOR_SHARE_OF_LIFE,
        )
