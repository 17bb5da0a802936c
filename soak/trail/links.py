"""What the trail holds of each shop, read by SELECTs that share no code with the application."""

from __future__ import annotations

from dataclasses import dataclass

from bench.figures import percentile
from bench.place import Place

_NEWEST = "SELECT coalesce(max(id), 0) FROM audit_auditentry"
_UNSEALED = "SELECT count(*) FROM audit_unsealedentry"
# `breaks`: seals whose number or hash does not follow from the one before, by PostgreSQL's own SHA-256.
_SHOPS = """
WITH linked AS (
    SELECT chain, entry_id, n, hash, digest,
           lag(n, 1, 0::bigint) OVER chained AS n_before,
           lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER chained AS hash_before
      FROM audit_seal WINDOW chained AS (PARTITION BY chain ORDER BY n))
SELECT coalesce(json_agg(shop ORDER BY shop->>'number'), '[]') FROM (
    SELECT json_build_object(
               'number', e.store_number, 'entries', count(*), 'seals', count(l.n),
               'returns', count(*) FILTER (WHERE e.action = 'return.completed'),
               'breaks', count(*) FILTER (WHERE l.n <> l.n_before + 1 OR l.hash <> sha256(l.hash_before || l.digest))
           ) AS shop
      FROM audit_auditentry e LEFT JOIN linked l ON l.entry_id = e.id
     WHERE e.store_number <> '' GROUP BY e.store_number) AS shops
"""
# When something was committed is noted by PostgreSQL itself (`track_commit_timestamp`).
_WAITS = """
SELECT coalesce(array_agg(s ORDER BY s), '{{}}') FROM (
    SELECT extract(epoch FROM pg_xact_commit_timestamp(s.xmin) - pg_xact_commit_timestamp(e.xmin))::float8 AS s
      FROM audit_auditentry e JOIN audit_seal s ON s.entry_id = e.id WHERE e.id > {after}) AS waited
"""


@dataclass(frozen=True, slots=True)
class Shop:
    """Counts of one shop's trail; `breaks` are seals that do not follow the one before."""

    number: str
    entries: int
    seals: int
    returns: int
    breaks: int


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds from an entry's commit to the commit of its seal."""

    p50: float
    p99: float
    longest: float


def newest(place: Place) -> int:
    """The id of the newest entry, 0 without any."""
    return int(place.fetch(_NEWEST)[0])


def unsealed(place: Place) -> int:
    return int(place.fetch(_UNSEALED)[0])


def read_shops(place: Place) -> list[Shop]:
    return [Shop(**shop) for shop in place.fetch(_SHOPS)[0]]


def read_waits(place: Place, *, after: int) -> Waits:
    """Of the sealed entries with a greater id."""
    (seconds,) = place.fetch(_WAITS.format(after=after))
    p50, p99, longest = (round(percentile(seconds, share), 3) for share in (0.5, 0.99, 1))
    return Waits(p50, p99, longest)
