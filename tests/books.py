"""Every table as text: what a test says stayed as it was, did."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection

# Written by every request, or by none: no part of the books.
_ASIDE = {"terminals_terminalseen", "terminals_accesstoken", "django_session"}


def books() -> dict[str, str]:
    """Every table as text; two books are equal when no row was added, changed or removed."""
    return _each_table("coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')")


def counts() -> dict[str, int]:
    """How many rows each table has."""
    return _each_table("count(*)")


def _each_table(expression: str) -> dict[str, Any]:
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    each = [f"SELECT '{t}', {expression} FROM {t} AS t" for t in sorted(tables - _ASIDE)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return dict(cursor.fetchall())


@contextmanager
def nothing_changes(*, but: Collection[str] = ()) -> Iterator[None]:
    """No row anywhere is added, changed or removed inside the block; `but` in these tables."""
    before = books()
    yield
    after = books()
    assert [t for t in before if before[t] != after[t] and t not in but] == []
