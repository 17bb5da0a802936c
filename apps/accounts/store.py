"""The count of attempts: one statement each, so that attempts at the same moment are all counted."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

_TAKE = """
INSERT INTO accounts_logintries AS t (by, key, failures, began_at) VALUES (%(by)s, %(key)s, 1, %(now)s)
ON CONFLICT (by, key) DO UPDATE SET
    failures = CASE WHEN t.locked_until > %(now)s THEN t.failures
                    WHEN t.locked_until IS NOT NULL OR t.began_at < %(since)s THEN 1
                    ELSE t.failures + 1 END,
    began_at = CASE WHEN t.locked_until > %(now)s THEN t.began_at
                    WHEN t.locked_until IS NOT NULL OR t.began_at < %(since)s THEN %(now)s
                    ELSE t.began_at END,
    locked_until = CASE WHEN t.locked_until > %(now)s THEN t.locked_until END
RETURNING failures, locked_until IS NOT NULL
"""


def take_try(by: str, key: str, *, now: datetime, span: timedelta) -> tuple[int, bool]:
    """Count one attempt; (how many there are within `span`, whether the door is shut)."""
    values: dict[str, str | datetime] = {"by": by, "key": key, "now": now, "since": now - span}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        failures, locked = cursor.fetchone()
    return int(failures), bool(locked)


def give_back(by: str, key: str) -> None:
    """One attempt was no failure after all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_logintries SET failures = greatest(failures - 1, 0) "
            "WHERE by = %s AND key = %s",
            [by, key],
        )


def shut(by: str, key: str, *, until: datetime, now: datetime) -> bool:
    """Shut the door; False if it was shut already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_logintries SET locked_until = %s WHERE by = %s AND key = %s "
            "AND (locked_until IS NULL OR locked_until <= %s)",
            [until, by, key, now],
        )
        return bool(cursor.rowcount)
