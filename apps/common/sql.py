"""The thin door to SQL for the hot paths. Each app's `store.py` is the only place that uses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created
from psycopg.types.numeric import Int8Dumper


def _send_all_integers_alike(connection: Any, **kwargs: Any) -> None:
    """As bigint, not each in the smallest type it fits in: a statement is prepared once per
    combination of types, so amounts of different sizes would need it many times over."""
    connection.connection.adapters.register_dumper(int, Int8Dumper)


connection_created.connect(_send_all_integers_alike, dispatch_uid=__name__)


def fetch_all(sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def fetch_one(sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def execute(sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> int:
    """The number of rows touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
