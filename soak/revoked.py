"""Revocations in the middle of it: whatever was revoked is tried again and again, and refused."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from client import RetryPolicy, Transport
from client.enrolment import enrol
from client.keys import SigningKey
from soak.office import Office, Seat
from soak.plan import TOKEN_LIFE_S
from soak.probe import Attempt, Outcome, Probe
from soak.sightings import hash_token

KINDS = ("token", "credential", "terminal")
PAUSE = 0.3  # between attempts with a token, whose own time is short

_PATIENT = RetryPolicy(attempts=1000, first_wait=0.1, longest_wait=1.0, give_up_after=120)


@dataclass(slots=True)
class Revocations:
    """How many rounds of each kind, and what came of the attempts after each."""

    rounds: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    attempts: int = 0
    accepted: int = 0
    unclear: int = 0


class Revoked:
    """One register for each way to revoke. A round takes some seconds; run them in one thread."""

    def __init__(self, seats: list[Seat], url: str, proxy_url: str, office: Office, folder: Path):
        self.counts = Revocations()
        self._seats = dict(zip(KINDS, seats, strict=True))
        self._probe = Probe(url)
        self._proxy_url = proxy_url
        self._office = office
        self._folder = folder
        self._ended: list[tuple[str, SigningKey]] = []

    def enrol(self) -> None:
        """All of them, through the proxy, as every register does."""
        self._keys = {kind: self._enrol(seat, seat.code) for kind, seat in self._seats.items()}

    def round(self, kind: str) -> None:
        """Revoke a token in use, its key, or the whole register, and try from the next moment on."""
        seat, key = self._seats[kind], self._keys[kind]
        token, until = self._token(seat, key)
        if not token or self._probe.by_token(token).outcome is not Outcome.ACCEPTED:
            return  # the server is away; another round will do
        self._office.revoke(
            kind,
            **{
                "token": {"token_hash": hash_token(token)},
                "credential": {"kid": key.kid},
                "terminal": {"client_id": seat.client_id},
            }[kind],
        )
        self.counts.rounds[kind] += 1
        if kind != "token":
            self._ended.append((seat.client_id, key))
        while time.time() < until:
            self._count(self._probe.by_token(token))
            if kind != "token":
                self._count(self._probe.by_key(seat.client_id, key))
            time.sleep(PAUSE)
        self.try_ended_keys()
        if kind != "token":
            self._keys[kind] = self._enrol(seat, self._office.issue_code(seat.client_id))

    def try_ended_keys(self) -> None:
        """Every key that was ever revoked, also where its register has a new one meanwhile."""
        for client_id, key in self._ended:
            self._count(self._probe.by_key(client_id, key))

    def close(self) -> None:
        self._probe.close()

    def _token(self, seat: Seat, key: SigningKey) -> tuple[str, float]:
        asked_at = time.time()
        return self._probe.by_key(seat.client_id, key).token, asked_at + TOKEN_LIFE_S

    def _enrol(self, seat: Seat, code: str) -> SigningKey:
        line = Transport(self._proxy_url, _PATIENT)
        identity = enrol(
            self._proxy_url, code, self._folder / f"{seat.client_id}.json", transport=line
        )
        line.close()
        assert isinstance(identity.current, SigningKey)
        return identity.current

    def _count(self, attempt: Attempt) -> None:
        if attempt.outcome is Outcome.UNCLEAR:
            self.counts.unclear += 1
            return
        self.counts.attempts += 1
        self.counts.accepted += attempt.outcome is Outcome.ACCEPTED
