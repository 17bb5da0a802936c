"""What the database holds at the end, by SELECTs of our own: none of the application's code in between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

_SALES = "SELECT receipt_number FROM sales_sale"
_RETURNS = """
SELECT id::text, receipt_number, status, refund_total_minor FROM returns_customerreturn
"""
_REFUNDS = """
SELECT r.id::text, substr(r.reference, 8), coalesce(r.sale_tender_id, 0), r.amount_minor, r.status,
       r.gateway <> '', count(p.id), coalesce(sum(p.amount_minor), 0)::bigint
  FROM refunds_refund r
  LEFT JOIN refunds_sandboxrefund p ON p.key = 'rms-refund-' || r.id AND p.status = 'succeeded'
 WHERE r.reference LIKE 'return:%' GROUP BY r.id
"""
_ANSWERED = "SELECT key, effect FROM idempotency_idempotentrequest"
_CREDENTIAL_OF = "SELECT encode(token_hash, 'hex'), credential_id::text FROM terminals_accesstoken"
_ENDS = """
SELECT encode(token_hash, 'hex'), extract(epoch FROM expires_at)::float8 FROM terminals_accesstoken
 WHERE encode(token_hash, 'hex') = ANY(%s)
"""
_ROTATIONS = """
SELECT count(DISTINCT rotation_id), count(*), count(done_at),
       (SELECT count(*) FROM terminals_credential WHERE not_after IS NOT NULL)
  FROM terminals_rotationtarget
"""


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A return as it stands; the amount in minor units."""

    id: str
    receipt: str
    status: str
    refund_total: int


@dataclass(frozen=True, slots=True)
class RefundRow:
    """Money of one return to one tender, and what the processor's own books say was paid of it."""

    id: str
    return_id: str
    tender: int
    amount: int
    status: str
    electronic: bool
    times_paid: int
    paid: int


@dataclass(frozen=True, slots=True)
class Books:
    """Everything of a run. `answered`: (Idempotency-Key, what came of it), as often as it is there."""

    sales: tuple[str, ...]
    returns: tuple[ReturnRow, ...]
    refunds: tuple[RefundRow, ...]
    answered: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rotated:
    """Orders given, registers told by them, how many of those have done it, and keys replaced.

    On a slow machine a register answers several orders by one new key.
    """

    orders: int
    told: int
    done: int
    keys: int


def read_books(database_url: str) -> Books:
    with psycopg.connect(database_url) as database:
        return Books(
            sales=tuple(receipt for (receipt,) in _rows(database, _SALES)),
            returns=tuple(ReturnRow(*row) for row in _rows(database, _RETURNS)),
            refunds=tuple(RefundRow(*row) for row in _rows(database, _REFUNDS)),
            answered=tuple((key, effect) for key, effect in _rows(database, _ANSWERED)),
        )


def read_credentials(database_url: str) -> dict[str, str]:
    """Which credential each token came from, by the token's SHA-256."""
    with psycopg.connect(database_url) as database:
        return dict(_rows(database, _CREDENTIAL_OF))


def read_token_ends(database_url: str, token_hashes: Sequence[str]) -> dict[str, float]:
    """When each of these tokens ends, in seconds since 1970."""
    with psycopg.connect(database_url) as database:
        return dict(database.execute(_ENDS, [list(token_hashes)]).fetchall())


def read_rotations(database_url: str) -> Rotated:
    with psycopg.connect(database_url) as database:
        return Rotated(*next(iter(_rows(database, _ROTATIONS))))


def _rows(database: psycopg.Connection[Any], sql: str) -> Iterable[tuple[Any, ...]]:
    return database.execute(sql.encode()).fetchall()
