from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management.commands import flush
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.utils import translation
from psycopg._preparing import PrepareManager
from whitenoise.middleware import WhiteNoiseMiddleware

from apps.common import limits, valkey
from apps.insights.services.checking import check_invariants
from tests.snapshot import first_register
from tests.template import ready_template
from tests.world import Register


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: nothing in it has to be looked at for garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def buckets_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins with full buckets, and no limit opens because the machine is busy."""
    monkeypatch.setattr(limits, "PREFIX", f"limit:{uuid4()}:")
    monkeypatch.setattr(valkey, "TIMEOUT_S", 30)
    monkeypatch.setattr(valkey, "_pause", valkey._Pause())


@pytest.fixture(autouse=True)
def nobody_left_a_language() -> None:
    """A request leaves its language to whatever runs next in its thread."""
    translation.activate(settings.LANGUAGE_CODE)


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
    yield first_register()
    if request.node.get_closest_marker("cooks_the_books") is None:
        with connection.cursor() as cursor:
            assert [r for r in check_invariants(cursor) if r.violations] == []


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """What was migrated once is copied; without pytest-xdist there is nobody to share it with."""
    connection.settings_dict["TEST"]["TEMPLATE"] = ready_template()


# Only what a test left is emptied: to truncate each table takes ten times as long. Ledgers refuse to
# be emptied, even by those who may skip foreign keys; only the owner of a table can switch that off.
_EMPTY = """
DO $$
DECLARE
    name text; filled boolean; triggers text[]; one text;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT oid::regclass::text FROM pg_class
                 WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                   AND relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', name) INTO filled;
        CONTINUE WHEN NOT filled;
        triggers := ARRAY(SELECT quote_ident(tgname) FROM pg_trigger
                           WHERE tgrelid = name::regclass AND tgenabled = 'A');
        FOREACH one IN ARRAY triggers LOOP
            EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %s', name, one);
        END LOOP;
        EXECUTE format('DELETE FROM %s', name);
        FOREACH one IN ARRAY triggers LOOP
            EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %s', name, one);
        END LOOP;
    END LOOP;
    INSERT INTO events_feedhead (id, last_position, epoch) VALUES (1, 0, gen_random_uuid());
END $$
"""


@pytest.fixture(scope="session", autouse=True)
def tables_are_emptied_fast() -> Iterator[None]:
    """Between transactional tests; kinds of content and permissions stay, so nobody makes them anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", lambda *_, **__: [_EMPTY])
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_, **__: None)
        yield
    connection.close()


@pytest.fixture(scope="session", autouse=True)
def statements_stay_prepared() -> Iterator[None]:
    """Psycopg forgets what it prepared when a transaction is rolled back, which ends each test.

    PostgreSQL keeps it: to plan the same statements anew costs it more than to carry them out.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PrepareManager, "clear", lambda _: False)
        patch.setattr(PrepareManager, "prepared_max", 500)
        yield


@pytest.fixture(scope="session", autouse=True)
def static_files_are_listed_once() -> Iterator[None]:
    """Each HTTP client of a test makes the middleware anew, which asks the disk for every file."""
    list_files = WhiteNoiseMiddleware.add_files_from_finders
    listed: dict[str, Any] = {}

    def add_files(self: WhiteNoiseMiddleware) -> None:
        if not listed:
            list_files(self)
            listed.update(self.files)
        self.files.update(listed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_files)
        yield
