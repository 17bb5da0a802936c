"""Finding entries among millions: each way in is carried by an index, and nothing is counted.

A search is several ways at once (*branches*), each with an index of its own in the order of the
page. One page takes a page's worth from every branch and keeps the newest of them: an OR over all
of them would scan the trail. What only other apps know (which return a receipt belongs to) comes
as subjects, `return:<id>`, from those who ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT

from apps.audit.models import AuditEntry, Seal

DISORDER = timedelta(hours=1)
"""Ids grow with time, but for transactions that were open side by side: less than this."""
SUBJECTS_AT_MOST = 200
NO_SHOP = "-"
"""What stands for the entries of no shop (chain 0)."""

# From one value to the next along an index: as many look-ups as there are values.
_DISTINCT = """
WITH RECURSIVE found AS (
    (SELECT {column} AS value FROM audit_auditentry WHERE {where} ORDER BY {column} LIMIT 1)
    UNION ALL
    SELECT (SELECT {column} FROM audit_auditentry WHERE {where} AND {column} > found.value
             ORDER BY {column} LIMIT 1) FROM found WHERE found.value IS NOT NULL)
SELECT value FROM found WHERE value IS NOT NULL AND value <> '' LIMIT {limit}
"""
_VALUES = {"action", "outcome", "subject_type", "store_number"}


def values_of(column: str, limit: int = 1_000) -> list[str]:
    """The different values of a column that has an index: a statement of a few look-ups."""
    assert column in _VALUES
    where = "outcome <> ''" if column == "outcome" else "true"
    return _fetch(_DISTINCT.format(column=column, where=where, limit=limit))


def registers_of(store: str) -> list[str]:
    """The register numbers of a shop that stand in the trail."""
    where = "store_number = %(store)s AND terminal_number <> ''"
    sql = _DISTINCT.format(column="terminal_number", where=where, limit=1_000)
    return _fetch(sql, {"store": store})


def _fetch(sql: str, params: Mapping[str, Any] | None = None) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]


# --- Narrowing: the filters of the page and of an export


def narrow(rows: QuerySet[AuditEntry], wanted: Mapping[str, str]) -> QuerySet[AuditEntry]:
    """Rows for which all filters hold; unknown names and values that mean nothing are left out."""
    for name, value in wanted.items():
        condition = CONDITIONS.get(name)
        if condition and value and (found := condition(value)) is not None:
            rows = rows.filter(found)
    return rows


def _since(value: str) -> Q | None:
    at = to_moment(value)
    return None if at is None else Q(at__gte=at) & Q(pk__gte=_first_id(at - DISORDER))


def _until(value: str) -> Q | None:
    at = to_moment(value)
    return None if at is None else Q(at__lt=at) & Q(pk__lte=_last_id(at + DISORDER))


def _first_id(at: datetime) -> int:
    rows = AuditEntry.objects.filter(at__gte=at).order_by("at", "pk").values_list("pk", flat=True)
    return rows.first() or 2**62


def _last_id(at: datetime) -> int:
    rows = AuditEntry.objects.filter(at__lt=at).order_by("-at", "-pk").values_list("pk", flat=True)
    return rows.first() or 0


def _subject(value: str) -> Q | None:
    kind, _sep, key = value.partition(":")
    return Q(subject_type=kind, subject_id=key) if key else None


CONDITIONS: dict[str, Callable[[str], Q | None]] = {
    "since": _since,
    "until": _until,
    "shop": lambda value: Q(store_number="" if value == NO_SHOP else value),
    "register": lambda value: ~Q(terminal_number="") & Q(terminal_number=value),
    "kind": lambda value: Q(actor_kind=value),
    "action": lambda value: Q(action=value),
    "outcome": lambda value: ~Q(outcome="") & Q(outcome=value),
    "about": lambda value: Q(subject_type=value),
    "subject": _subject,
}
"""By the name of the filter; None where a value means nothing."""


def to_moment(text: str) -> datetime | None:
    """A day or a time as people and browsers write it; UTC where it does not say."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


# --- Searching: what was typed, and the ways to find it


def branches(term: str, subjects: Iterable[str] = ()) -> list[Q]:
    """The ways in which a term may be meant, each an exact look-up in an index.

    `subjects` are things that the term stands for elsewhere, as `return:<id>`.
    """
    return [
        Q(subject_label=term) & ~Q(subject_label=""),
        Q(actor_label=term),
        Q(request_id=term) & ~Q(request_id=""),
        Q(data__has_key="provider_ref", provider_ref=term),
        Q(data__has_key="operator", operator=term),
        Q(store_number=term),
        Q(action=term),
        *_by_key(term),
        *_by_place(term),
        *_of_subjects(subjects),
    ]


def _by_key(term: str) -> list[Q]:
    """An id: of the entry, of what it is about, or of a delivery."""
    kind, _sep, key = term.partition(":")
    if key and kind.isidentifier():
        return [Q(subject_type=kind, subject_id=key)]
    if (uuid := _uuid(term)) is not None:
        return [Q(subject_type__in=values_of("subject_type"), subject_id=uuid)]
    if term.isascii() and term.isdigit() and not term.startswith("0") and len(term) < 19:
        return [Q(pk=int(term)), Q(subject_type="delivery", subject_id=term)]
    return []


def _by_place(term: str) -> list[Q]:
    """`0042/03` is a register; `0042#17` the seventeenth entry of a shop's chain (`#17`: of none)."""
    shop, slash, register = (part.strip() for part in term.partition("/"))
    if slash and shop and register:
        return [~Q(terminal_number="") & Q(store_number=shop, terminal_number=register)]
    shop, sharp, number = (part.strip() for part in term.partition("#"))
    if sharp and number.isascii() and number.isdigit() and len(number) < 19:
        chain = _chain_of(shop)
        seal = (
            Seal.objects.filter(chain=chain, n=int(number)).first() if chain is not None else None
        )
        return [Q(pk=seal.pk)] if seal else []
    return []


def _chain_of(shop: str) -> int | None:
    if not shop:
        return 0
    entries = AuditEntry.objects.filter(store_number=shop, store_id__isnull=False)
    return entries.order_by("-pk").values_list("store_id", flat=True).first()


def _of_subjects(subjects: Iterable[str]) -> list[Q]:
    by_kind: dict[str, list[str]] = {}
    for subject in list(subjects)[:SUBJECTS_AT_MOST]:
        kind, _sep, key = subject.partition(":")
        by_kind.setdefault(kind, []).append(key)
    return [Q(subject_type=kind, subject_id__in=keys) for kind, keys in by_kind.items()]


def _uuid(term: str) -> str | None:
    try:
        return str(UUID(term)) if len(term) in (32, 36) else None
    except ValueError:
        return None


def take(
    rows: QuerySet[AuditEntry], ways: Sequence[Q] | None, limit: int, *, oldest_first: bool = False
) -> list[AuditEntry]:
    """The newest (or oldest) `limit` of the rows that one of the ways finds; None is all rows."""
    order = "pk" if oldest_first else "-pk"
    rows = rows.order_by(order)
    if ways is None:
        return list(rows[:limit])
    keys = keys_of(rows, ways, limit, oldest_first=oldest_first)
    return list(AuditEntry.objects.filter(pk__in=keys).order_by(order)) if keys else []


def keys_of(
    rows: QuerySet[AuditEntry], ways: Sequence[Q] | None, limit: int, *, oldest_first: bool = False
) -> list[int]:
    """The same, ids only; one statement."""
    order = "pk" if oldest_first else "-pk"
    rows = rows.alias(provider_ref=KT("data__provider_ref"), operator=KT("data__operator"))
    rows = rows.order_by(order)
    if ways is None:
        return list(rows.values_list("pk", flat=True)[:limit])
    parts = [rows.filter(way).values_list("pk", flat=True)[:limit] for way in ways]
    if not parts:
        return []
    united = parts[0].union(*parts[1:]) if parts[1:] else parts[0]
    return sorted(united, reverse=not oldest_first)[:limit]
