"""Keys that were replaced: they count until their time is over, and not a moment longer."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from client.keyring import KeyringFile
from client.keys import SigningKey
from soak.plan import TOKEN_LIFE_S
from soak.probe import Outcome, Probe

IN_TIME_UNTIL = 1.5  # seconds before its end, so that the answer comes in time as well
LOOK_EVERY = 0.25

_ENDS = """
SELECT thumbprint, extract(epoch FROM not_after)::float8 FROM terminals_credential
 WHERE thumbprint = ANY(%s) AND not_after IS NOT NULL
"""


@dataclass(slots=True)
class Tried:
    """Counts of attempts: with keys, and with tokens that old keys had got."""

    accepted_in_time: int = 0
    refused_in_time: int = 0
    refused_after: int = 0
    accepted_after: int = 0


@dataclass(slots=True)
class _OldKey:
    """A key out of a register's keyring, with what was tried of it so far."""

    client_id: str
    key: SigningKey = field(repr=False)
    tried_in_time: bool = False
    tried_after: bool = False
    token: str = field(default="", repr=False)
    token_until: float = 0


class OldKeys:
    """`look` again and again: it finds keys in the keyrings and tries each when it is time to."""

    def __init__(self, keyrings: Mapping[str, Path], url: str, database_url: str) -> None:
        self.tried = Tried()
        self._keyrings = keyrings
        self._probe = Probe(url)
        self._database = psycopg.connect(database_url, autocommit=True)
        self._known: dict[str, _OldKey] = {}
        self._read: dict[str, int] = {}

    def look(self) -> None:
        for client_id, path in self._keyrings.items():
            self._learn(client_id, path)
        kids = [kid for kid, old in self._known.items() if not old.tried_after]
        for kid, ends in self._ends(kids):
            self._try(self._known[kid], ends)

    def try_all_again(self) -> None:
        """At the end of the run: what is over stays over."""
        for kid, ends in self._ends(list(self._known)):
            if time.time() > ends:
                self._try_after(self._known[kid])

    def close(self) -> None:
        self._probe.close()
        self._database.close()

    def _learn(self, client_id: str, path: Path) -> None:
        written_at = path.stat().st_mtime_ns
        if self._read.get(client_id) == written_at:
            return
        self._read[client_id] = written_at
        identity = KeyringFile(path).read()
        for key in (identity.current, identity.previous):
            if isinstance(key, SigningKey):
                self._known.setdefault(key.kid, _OldKey(client_id, key))

    def _ends(self, kids: Sequence[str]) -> list[tuple[str, float]]:
        return self._database.execute(_ENDS, [list(kids)]).fetchall()

    def _try(self, old: _OldKey, ends: float) -> None:
        now = time.time()
        if now < ends - IN_TIME_UNTIL:
            if not old.tried_in_time:
                self._try_in_time(old, ends)
        elif now > ends:
            self._try_token(old)
            self._try_after(old)

    def _try_in_time(self, old: _OldKey, ends: float) -> None:
        asked_at = time.time()
        attempt = self._probe.by_key(old.client_id, old.key)
        if attempt.outcome is Outcome.ACCEPTED:
            self.tried.accepted_in_time += 1
            old.tried_in_time = True
            old.token, old.token_until = attempt.token, asked_at + TOKEN_LIFE_S
        elif attempt.outcome is Outcome.REFUSED and attempt.finished_at < ends:
            self.tried.refused_in_time += 1
            old.tried_in_time = True

    def _try_after(self, old: _OldKey) -> None:
        outcome = self._probe.by_key(old.client_id, old.key).outcome
        old.tried_after |= outcome is not Outcome.UNCLEAR
        self._count_after(outcome)

    def _try_token(self, old: _OldKey) -> None:
        """A token that the key got in its last moments ends with the key, not later."""
        token, old.token = old.token, ""
        if token and time.time() < old.token_until:
            self._count_after(self._probe.by_token(token).outcome)

    def _count_after(self, outcome: Outcome) -> None:
        self.tried.accepted_after += outcome is Outcome.ACCEPTED
        self.tried.refused_after += outcome is Outcome.REFUSED
