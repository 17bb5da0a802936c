"""Who acts. Passed explicitly to every write; never kept in a thread-local."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.common.money import NOT_ROUNDED, CashRounding


@dataclass(frozen=True, slots=True)
class Actor:
    """For the trail: kind, id, the name as it was then, as text, and what it showed for being it.

    `credential_id` is that of a register's credential, or a session's mark; never a secret.
    """

    kind: str  # terminal | user | worker | command | integration | outside
    id: str
    label: str
    store_id: int | None = None
    store_number: str = ""
    terminal_number: str = ""
    request_id: str = ""
    credential_id: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """A register that authenticated: all that a request needs to know about it, from one SELECT."""

    terminal_id: UUID
    terminal_number: str
    store_id: int
    store_number: str
    region_id: int | None
    timezone: str
    currency: str
    scopes: frozenset[str]
    credential_id: UUID
    token_id: int
    request_id: str
    rate_per_second: int = 0  # of its profile; 0 is no limit
    burst: int = 0
    good_until: datetime | None = None  # when its token ends, if it is known
    spoken_for: tuple[str, str] | None = None  # id and name of the web shop that uses it
    return_limit_minor: int | None = None  # of its profile, in the shop's currency
    language: str = ""  # of its shop
    cash_rounding: CashRounding = NOT_ROUNDED  # of its shop

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def actor(self) -> Actor:
        name = f"{self.store_number}/{self.terminal_number}"
        id_, label = self.spoken_for or (str(self.terminal_id), name)
        return Actor(
            kind="integration" if self.spoken_for else "terminal",
            id=id_,
            label=label,
            store_id=self.store_id,
            store_number=self.store_number,
            terminal_number=self.terminal_number,
            request_id=self.request_id,
            credential_id="" if self.spoken_for else str(self.credential_id),
        )


def worker_actor(name: str, *, store_id: int | None = None, store_number: str = "") -> Actor:
    """A background job acting on its own."""
    return Actor(kind="worker", id=name, label=name, store_id=store_id, store_number=store_number)


def user_actor(
    user_id: int, username: str, *, request_id: str = "", credential_id: str = ""
) -> Actor:
    """A member of staff acting through the admin."""
    return Actor(
        kind="user",
        id=str(user_id),
        label=username,
        request_id=request_id,
        credential_id=credential_id,
    )
