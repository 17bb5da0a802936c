"""A small trail to seal, sign and tamper with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from apps.audit import services as audit
from apps.audit.commands import Fact, Finding
from apps.audit.guards import TRIGGERS
from apps.audit.models import Seal
from apps.audit.services.verifying import check_trail
from apps.common.caller import Actor

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
NOBODY = Actor(kind="command", id="tests", label="tests")
_MONTHS = """
SELECT inhrelid::regclass::text FROM pg_inherits JOIN pg_class p ON p.oid = inhparent
 WHERE p.relkind = 'p' AND p.relname = ANY(%s)
"""
SEALED = ("audit_auditentry", "audit_seal", "audit_checkpoint")


def by(shop: int) -> Actor:
    """A register of a shop: 1 is 0001."""
    number = f"{shop:04}"
    return Actor("terminal", f"till-{shop}", f"{number}/03", shop, number, "03", "r-1", "key-1")


def write(shop: int | None, *actions: str, now: datetime = NOON, **data: Any) -> None:
    """One entry for each action, in the chain of the shop, or of no shop."""
    facts = [Fact(action, "return", f"R{n}", data=data) for n, action in enumerate(actions, 1)]
    with transaction.atomic():
        audit.record(facts, actor=by(shop) if shop else NOBODY, now=now)


def chain(shop: int) -> list[Seal]:
    return list(Seal.objects.filter(chain=shop).order_by("n"))


def later(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def findings() -> list[Finding]:
    with connection.cursor() as cursor:
        return list(check_trail(cursor))


def kinds() -> list[str]:
    return [finding.kind for finding in findings()]


def texts() -> list[str]:
    return [finding.text for finding in findings()]


@contextmanager
def superuser() -> Iterator[Any]:
    """A cursor of somebody who switches the triggers off, acts, and switches them on again."""
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, [list(SEALED)])
        tables = [*SEALED, *(name for (name,) in cursor.fetchall())]
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        for table in tables:
            for trigger in TRIGGERS:
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


def tamper(*statements: str) -> None:
    with superuser() as cursor:
        for statement in statements:
            cursor.execute(statement)
