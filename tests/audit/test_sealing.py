"""Each shop's entries form a chain of their own, some moments after they were committed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from psycopg import connect

from apps.audit.models import AuditEntry, Seal, UnsealedEntry
from apps.audit.services import sealing
from apps.audit.services.sealing import seal_entries
from stack.application import Application, _servers
from stack.folder import Folder
from tests.audit.trail import NOON, chain, findings, tamper, write


@pytest.mark.django_db
def test_each_shop_has_a_chain_and_what_has_no_shop_another() -> None:
    write(1, "a.b", "c.d")
    write(2, "a.b")
    write(None, "e.f")
    write(1, "g.h")

    assert seal_entries() == 5
    assert [(s.n, AuditEntry.objects.get(pk=s.entry_id).action) for s in chain(1)] == [
        (1, "a.b"), (2, "c.d"), (3, "g.h"),
    ]  # fmt: skip
    assert [s.n for s in chain(2)] == [s.n for s in chain(0)] == [1]
    assert not UnsealedEntry.objects.exists()
    assert seal_entries() == 0
    assert findings() == []


@pytest.mark.django_db
def test_what_is_hashed_is_what_the_documentation_says() -> None:
    """Spelt out once, so that nobody changes it unawares: every chain there is would break."""
    write(7, "return.denied", amount="0.10", naïve=True)
    seal_entries()

    entry, seal = AuditEntry.objects.get(), Seal.objects.get()
    said = (
        '{"action":"return.denied","actor_id":"till-7","actor_kind":"terminal","actor_label":"0007/03",'
        '"at":"2026-11-21T12:00:00.000000Z","chain":7,"credential_id":"key-1","data":{"amount":"0.10",'
        f'"naïve":true}},"id":{entry.pk},"n":1,"occurred_at":"2026-11-21T12:00:00.000000Z","outcome":"",'
        '"reason":"","request_id":"r-1","store_id":7,"store_number":"0007","subject_id":"R1",'
        '"subject_label":"","subject_type":"return","terminal_number":"03","v":1}'
    )
    digest = hashlib.sha256(said.encode()).digest()
    assert bytes(seal.digest) == digest
    assert bytes(seal.hash) == hashlib.sha256(bytes(32) + digest).digest()


@pytest.mark.django_db
def test_a_seal_stands_for_all_before_it() -> None:
    write(1, "a.b")
    seal_entries()
    write(1, "c.d")
    seal_entries()

    first, second = chain(1)
    assert bytes(second.hash) == hashlib.sha256(bytes(first.hash) + bytes(second.digest)).digest()


@pytest.mark.django_db
def test_batches_go_on_where_the_one_before_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 3)
    for _ in range(4):
        write(1, "a.b", "c.d")
    assert seal_entries() == 8
    assert [s.n for s in chain(1)] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert findings() == []


@pytest.mark.django_db
def test_an_entry_that_was_deleted_before_its_seal_is_not_forgotten() -> None:
    write(1, "a.b", "c.d")
    gone = AuditEntry.objects.latest("pk").pk
    tamper(f"DELETE FROM audit_auditentry WHERE id = {gone}")

    assert seal_entries() == 1
    assert [f.text for f in findings()] == [f"Entry {gone} was deleted before it was sealed."]


@pytest.mark.django_db(transaction=True)
def test_one_that_commits_late_comes_later_in_the_chain() -> None:
    params = connection.get_connection_params()
    with connect(
        **{k: params[k] for k in ("dbname", "user", "host", "port") if k in params}
    ) as slow:
        slow.execute(
            "WITH e AS (INSERT INTO audit_auditentry (at, actor_kind, actor_id, actor_label, store_id,"
            " store_number, terminal_number, action, subject_type, subject_id, subject_label, outcome,"
            " reason, data, request_id) VALUES (%s, '', '', '', 1, '', '', 'late', '', '', '', '', '', '{}', '')"
            " RETURNING id) INSERT INTO audit_unsealedentry (entry_id) SELECT id FROM e",
            [NOON],
        )
        write(1, "a.b")
        assert seal_entries() == 1
    assert seal_entries() == 1
    actions = [AuditEntry.objects.get(pk=s.entry_id).action for s in chain(1)]
    assert actions == ["a.b", "late"]
    assert chain(1)[0].entry_id > chain(1)[1].entry_id
    assert findings() == []


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_while_another_seals() -> None:
    params = connection.get_connection_params()
    write(1, "a.b")
    with connect(
        **{k: params[k] for k in ("dbname", "user", "host", "port") if k in params}
    ) as other:
        other.execute("SELECT pg_advisory_xact_lock(7320, 1)")
        assert seal_entries() == 0
    assert seal_entries() == 1


@pytest.mark.django_db
def test_what_is_rolled_back_leaves_nothing_to_seal() -> None:
    with transaction.atomic():
        write(1, "a.b")
        transaction.set_rollback(True)
    assert seal_entries() == 0
    assert not UnsealedEntry.objects.exists()


@pytest.mark.django_db
def test_a_worker_that_has_other_things_to_do_stops_after_some_batches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 2)
    write(1, *["a.b"] * 7)
    assert seal_entries(batches=2) == 4
    assert seal_entries() == 3
    assert findings() == []


def test_sealing_waits_behind_nothing_in_its_queue() -> None:
    routes = settings.CELERY_TASK_ROUTES
    assert [name for name, to in routes.items() if to["queue"] == "trail"] == ["audit.seal"]
    assert "feed,trail" in _servers(Application(Folder(Path("x")), "http://x:1", "", ""))["feed"]
