"""Reading everything as it was at one moment, on a connection that cannot write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection


@contextmanager
def read_only_cursor() -> Iterator[Any]:
    """A cursor of a connection of its own, in one snapshot, on which PostgreSQL refuses to write."""
    params = connection.get_connection_params()
    options = (
        "-c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read"
    )
    plain = {
        name: params[name]
        for name in ("dbname", "user", "password", "host", "port")
        if name in params
    }
    with psycopg.connect(**plain, options=options) as own, own.cursor() as cursor:
        yield cursor
