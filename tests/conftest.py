from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations

from apps.common import limits, valkey
from apps.insights.services.checking import check_invariants
from tests.world import Register, make_register

LEDGERS = (
    "audit_auditentry",
    "refunds_refundevent",
    "refunds_storecreditentry",
    "inventory_stockmovement",
)


@pytest.fixture(autouse=True)
def buckets_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins with full buckets, and no limit opens because the machine is busy."""
    monkeypatch.setattr(limits, "PREFIX", f"limit:{uuid4()}:")
    monkeypatch.setattr(valkey, "TIMEOUT_S", 30)
    monkeypatch.setattr(valkey, "_pause", valkey._Pause())


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Valkey's clock as the limits read it stands at 1000 seconds, until it is set anew."""
    script = limits.SCRIPT.replace("'PX'", "'EX'")  # no key may end in the midst of a test

    def set_to(seconds: int) -> None:
        frozen = script.replace("redis.call('TIME')", f"{{'{seconds}', '0'}}")
        assert frozen != script
        monkeypatch.setattr(limits, "SCRIPT", frozen)

    set_to(1000)
    return set_to


@pytest.fixture
def register(db: None, request: pytest.FixtureRequest) -> Iterator[Register]:
    """A register of shop 0042 with everything a register may do.

    After the test the books must agree, unless it says that it cooks them.
    """
    yield make_register()
    if request.node.get_closest_marker("cooks_the_books") is None:
        with connection.cursor() as cursor:
            assert [r for r in check_invariants(cursor) if r.violations] == []


@pytest.fixture(scope="session", autouse=True)
def ledgers_can_be_emptied() -> Iterator[None]:
    """Between transactional tests the ledgers are emptied, which their triggers rightly refuse.

    Only the owner of a table can switch its triggers off; the application is not that owner.
    """
    flush: Callable[..., None] = DatabaseOperations.execute_sql_flush

    def flush_ledgers_too(self: DatabaseOperations, sql_list: list[str]) -> None:
        off = [f"ALTER TABLE {t} DISABLE TRIGGER USER" for t in LEDGERS]
        on = [
            f"ALTER TABLE {t} ENABLE ALWAYS TRIGGER {trigger}"
            for t in LEDGERS
            for trigger in ("append_only", "no_truncate")
        ]
        head = "INSERT INTO events_feedhead (id, last_position, epoch) VALUES (1, 0, gen_random_uuid())"
        flush(self, [*off, *sql_list, *on, head])

    DatabaseOperations.execute_sql_flush = flush_ledgers_too  # type: ignore[method-assign,assignment]
    yield
    DatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]
    connection.close()
