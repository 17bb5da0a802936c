"""The world that most tests begin with, made once by the services and then put back as rows.

To make it takes eighty statements; to put it back takes one. Only in a transaction that is rolled back
and in a database without shops; what happened in the past then happened as long ago as when it was made.
"""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.stores.models import Store
from tests.world import Register, make_register

_NOW = "@NOW@"
_kept: list[tuple[str, Register, timedelta]] = []

# Those of the schema itself are there already; a partition's rows are its parent's.
_TABLES = """
SELECT c.relname FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND c.relname !~ '^(django_|auth_)' AND c.relname <> 'events_feedhead'
 ORDER BY c.relname
"""
_COLUMNS = """
SELECT attname, atttypid = 'timestamptz'::regtype FROM pg_attribute
 WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
 ORDER BY attnum
"""


_PUBLISH = "UPDATE returns_policyversion SET status = 'published'"


def first_register() -> Register:
    """What `make_register()` gives, and everything in the database that it makes."""
    if not connection.in_atomic_block or Store.objects.exists():
        return make_register()
    if not _kept:
        return _make_and_keep()
    rows, register, age = _kept[0]
    now = timezone.now()
    with connection.cursor() as cursor:
        moment = f"'{now.isoformat()}'::timestamptz"
        cursor.connection.execute(rows.replace(_NOW, moment), prepare=False)
    terminal = copy.deepcopy(register.terminal)
    terminal.created_at = now - age
    return Register(terminal, register.secret, register.token)


def _make_and_keep() -> Register:
    alone = not _written(timezone.now())
    made = make_register()
    if alone:
        now = timezone.now()
        rows = ";".join([*_written(now), _PUBLISH])
        _kept.append((rows, copy.deepcopy(made), now - made.terminal.created_at))
    return made


def _written(now: datetime) -> list[str]:
    """Every row there is, as SQL; moments as so long before or after now."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        return [text for table in tables if (text := _rows_of(table, cursor, now))]


def _rows_of(table: str, cursor: Any, now: datetime) -> str:
    cursor.execute(_COLUMNS, [table])
    columns = cursor.fetchall()
    read = [_read(table, name, is_moment) for name, is_moment in columns]
    cursor.execute(f'SELECT {", ".join(read)} FROM "{table}"')
    rows = [f"({', '.join(_literal(value, now) for value in row)})" for row in cursor.fetchall()]
    names = ", ".join(f'"{name}"' for name, _ in columns)
    insert = f'INSERT INTO "{table}" ({names}) OVERRIDING SYSTEM VALUE VALUES '
    return insert + ", ".join(rows) if rows else ""


def _read(table: str, column: str, is_moment: bool) -> str:
    if (table, column) == ("returns_policyversion", "status"):
        return "'draft'"  # each version begins as one, and PostgreSQL sees to it
    return f'"{column}"' if is_moment else f'"{column}"::text'


def _literal(value: str | datetime | None, now: datetime) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, datetime):
        return f"{_NOW} + interval '{(value - now) // timedelta(microseconds=1)} microseconds'"
    return "E'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
