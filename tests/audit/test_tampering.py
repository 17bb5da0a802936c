"""Whatever somebody with every right does to the trail is found, and named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from apps.audit.chain import GENESIS, digest_of, link, to_entry
from apps.audit.models import AuditEntry, Seal
from apps.audit.services.checkpoints import NotSigned, write_checkpoint
from apps.audit.services.sealing import seal_entries
from apps.audit.store import ENTRY
from apps.common.sql import fetch_one
from tests.audit.trail import NOON, findings, kinds, later, superuser, tamper, texts, write


@pytest.fixture
def signed(db: None, folder: Path) -> Path:
    """Six entries of shop 0001 and two of 0002, sealed and signed; two more that are sealed only."""
    write(1, "a.one", "a.two", "a.three")
    write(2, "b.one", "b.two", amount=1250)
    write(1, "a.four", "a.five", "a.six")
    write_checkpoint(now=NOON)
    write(1, "a.seven", "a.eight")
    seal_entries()
    assert findings() == []
    return folder


def entry(n: int, chain: int = 1) -> int:
    return Seal.objects.get(chain=chain, n=n).entry_id


CHANGES = {
    "at": "at + interval '1 second'", "occurred_at": "NULL", "actor_kind": "'user'", "actor_id": "'x'",
    "actor_label": "'Somebody else'", "credential_id": "'other'", "store_id": "2", "store_number": "'0002'",
    "terminal_number": "'04'", "action": "'a.other'", "subject_type": "'sale'", "subject_id": "'R9'",
    "subject_label": "'R9'", "outcome": "'ok'", "reason": "'because'", "data": """'{"amount": 1}'""",
    "request_id": "'r-2'",
}  # fmt: skip


def test_every_field_is_tried() -> None:
    assert {field.name for field in AuditEntry._meta.fields} == {"id", *CHANGES}


@pytest.mark.parametrize("field", CHANGES)
def test_a_changed_field(signed: Path, field: str) -> None:
    tamper(f"UPDATE audit_auditentry SET {field} = {CHANGES[field]} WHERE id = {entry(2)}")
    (found,) = findings()
    assert (found.kind, found.chain, found.n, found.entry_id) == ("changed", 1, 2, entry(2))
    assert f"number 2, entry {entry(2)}: the entry is not what was sealed" in found.text


def test_an_amount_deep_in_the_data(signed: Path) -> None:
    tamper(f"UPDATE audit_auditentry SET data = '{{\"amount\": 1251}}' WHERE id = {entry(2, 2)}")
    assert texts() == [
        f"Shop 0002, number 2, entry {entry(2, 2)}: the entry is not what was sealed, a field was "
        "changed (b.two)."
    ]


def test_a_new_id(signed: Path) -> None:
    old = entry(2)
    tamper(f"UPDATE audit_auditentry SET id = 999999 WHERE id = {old}")
    assert [(f.kind, f.entry_id) for f in findings()] == [("deleted", old), ("unsealed", 999999)]


def test_a_deleted_entry(signed: Path) -> None:
    tamper(f"DELETE FROM audit_auditentry WHERE id = {entry(3)}")
    assert texts() == [
        f"Shop 0001, number 3, entry {entry(3)}: the entry was deleted; its seal still stands."
    ]


def test_entries_deleted_with_their_seals(signed: Path) -> None:
    ids = f"({entry(3)}, {entry(4)})"
    tamper(
        f"DELETE FROM audit_auditentry WHERE id IN {ids}",
        f"DELETE FROM audit_seal WHERE entry_id IN {ids}",
    )
    assert texts() == ["Shop 0001: numbers 3 to 4 of the chain are gone, with their seals."]


def test_deleted_and_the_rest_moved_up(signed: Path) -> None:
    """Without a gap, but the entries know their numbers, and the links their neighbours."""
    gone = entry(3)
    tamper(
        f"DELETE FROM audit_auditentry WHERE id = {gone}",
        f"DELETE FROM audit_seal WHERE entry_id = {gone}",
        "UPDATE audit_seal SET n = -n + 1 + 1000000 WHERE chain = 1 AND n > 3",
        "UPDATE audit_seal SET n = 1000000 - n WHERE chain = 1 AND n > 3 AND n > 1000",
    )
    assert {"changed", "link", "rebuilt"} <= set(kinds())


INSERT = """
INSERT INTO audit_auditentry (at, actor_kind, actor_id, actor_label, store_id, store_number, terminal_number,
  action, subject_type, subject_id, subject_label, outcome, reason, data, request_id)
SELECT at, actor_kind, actor_id, actor_label, store_id, store_number, terminal_number,
  'a.planted', subject_type, subject_id, subject_label, outcome, reason, data, request_id
  FROM audit_auditentry WHERE id = %s
"""


def test_an_inserted_entry(signed: Path) -> None:
    tamper(INSERT % entry(2))
    planted = AuditEntry.objects.get(action="a.planted").pk
    (found,) = findings()
    assert (found.kind, found.entry_id) == ("unsealed", planted)
    assert "has no seal: it was put in past the application" in found.text


def test_an_inserted_entry_with_a_seal(signed: Path) -> None:
    tamper(
        INSERT % entry(2),
        "INSERT INTO audit_seal SELECT (SELECT id FROM audit_auditentry WHERE action = 'a.planted'),"
        " 1, 9, digest, hash FROM audit_seal WHERE chain = 1 AND n = 8",
    )
    assert kinds() == ["changed", "link"]


def test_two_entries_that_changed_places(signed: Path) -> None:
    tamper(
        "UPDATE audit_seal SET n = 1000 WHERE chain = 1 AND n = 2",
        "UPDATE audit_seal SET n = 2 WHERE chain = 1 AND n = 3",
        "UPDATE audit_seal SET n = 3 WHERE chain = 1 AND n = 1000",
    )
    assert [(f.kind, f.n) for f in findings()] == [
        ("changed", 2), ("link", 2), ("changed", 3), ("link", 3), ("link", 4),
    ]  # fmt: skip


def test_an_end_that_was_cut_off(signed: Path) -> None:
    ids = ", ".join(str(entry(n)) for n in (5, 6, 7, 8))
    tamper(
        f"DELETE FROM audit_auditentry WHERE id IN ({ids})",
        f"DELETE FROM audit_seal WHERE entry_id IN ({ids})",
    )
    assert texts() == [
        "Shop 0001: the chain ends at number 4, and checkpoint 1 signed it up to number 6: its end "
        "was cut off."
    ]


def test_a_chain_that_is_gone_altogether(signed: Path) -> None:
    tamper(
        "DELETE FROM audit_auditentry WHERE store_id = 2", "DELETE FROM audit_seal WHERE chain = 2"
    )
    (found,) = findings()
    assert (found.kind, found.chain, found.n) == ("cut", 2, 0)


def test_everything_gone_at_once(signed: Path) -> None:
    tamper("TRUNCATE audit_auditentry, audit_seal, audit_checkpoint, audit_unsealedentry")
    assert sorted(kinds()) == ["cut", "cut"]


def rebuild(chain: int) -> None:
    """What a forger does who knows everything but the signing key."""
    before = GENESIS
    with superuser() as cursor:
        for seal in Seal.objects.filter(chain=chain).order_by("n"):
            row = fetch_one(
                f"SELECT {ENTRY} FROM audit_auditentry e WHERE id = %s", [seal.entry_id]
            )
            assert row is not None
            digest = digest_of(to_entry(row, chain=chain, n=seal.n))
            before = link(before, digest)
            cursor.execute(
                "UPDATE audit_seal SET digest = %s, hash = %s WHERE entry_id = %s",
                [digest, before, seal.entry_id],
            )


def test_a_chain_built_anew_over_a_changed_entry(signed: Path) -> None:
    tamper(f"UPDATE audit_auditentry SET outcome = 'ok' WHERE id = {entry(2)}")
    rebuild(1)
    (found,) = findings()
    assert (found.kind, found.chain, found.n) == ("rebuilt", 1, 6)
    assert "checkpoint 1 signed another chain; this one was built anew" in found.text


def test_a_chain_built_anew_beyond_the_last_checkpoint_waits_for_the_next(signed: Path) -> None:
    """The limit: what was never signed can be built anew by whoever may do everything."""
    tamper(f"UPDATE audit_auditentry SET data = '{{\"x\": 1}}' WHERE id = {entry(8)}")
    rebuild(1)
    assert findings() == []


def test_a_deleted_seal(signed: Path) -> None:
    id_ = entry(8)
    tamper(f"DELETE FROM audit_seal WHERE entry_id = {id_}")
    (found,) = findings()
    assert (found.kind, found.entry_id) == ("unsealed", id_)


def test_a_checkpoint_taken_out_of_the_file(signed: Path) -> None:
    (signed / "checkpoints.jsonl").write_bytes(b"")
    assert texts() == ["Checkpoint 1 stands in the database, and not in the file."]


def test_a_checkpoint_written_by_somebody_else(signed: Path) -> None:
    file = signed / "checkpoints.jsonl"
    file.write_text(file.read_text().replace('"entries":8', '"entries":9'))
    assert "does not bear a good signature" in texts()[0]
    assert texts()[1] == "Checkpoint 1 is another one in the database than in the file."


def test_a_checkpoint_taken_out_of_the_middle(signed: Path) -> None:
    write(1, "a.nine")
    write_checkpoint(now=later(1))
    write(1, "a.ten")
    write_checkpoint(now=later(2))
    file = signed / "checkpoints.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text(lines[0] + lines[2])
    assert "follows checkpoint 1: those between are missing" in texts()[0]


SCHEMA: dict[str, tuple[str, str]] = {
    "disabled": ("ALTER TABLE audit_seal DISABLE TRIGGER append_only",
                 "The trigger append_only of audit_seal is switched off."),
    "replica": ("ALTER TABLE audit_auditentry ENABLE TRIGGER no_truncate",
                "The trigger no_truncate of audit_auditentry is not always on."),
    "dropped": ("DROP TRIGGER append_only ON inventory_stockmovement",
                "The trigger append_only of inventory_stockmovement is missing."),
    "when": ("""DROP TRIGGER append_only ON audit_auditentry;
                CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_auditentry
                FOR EACH ROW WHEN (false) EXECUTE FUNCTION refuse_change();
                ALTER TABLE audit_auditentry ENABLE ALWAYS TRIGGER append_only""",
             "The trigger append_only of audit_auditentry is not the one that was made."),
    "less": ("""DROP TRIGGER append_only ON audit_auditentry;
                CREATE TRIGGER append_only BEFORE DELETE ON audit_auditentry
                FOR EACH ROW EXECUTE FUNCTION refuse_change();
                ALTER TABLE audit_auditentry ENABLE ALWAYS TRIGGER append_only""",
             "The trigger append_only of audit_auditentry is not the one that was made."),
    "function": ("""CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql
                    AS $$ BEGIN RETURN NULL; END $$""",
                 "The function refuse_change is not the one that refuses changes."),
    "rule": ("CREATE RULE quiet AS ON DELETE TO audit_auditentry DO INSTEAD NOTHING",
             "audit_auditentry has a rule quiet, which no ledger has."),
}  # fmt: skip


@pytest.mark.parametrize("way", SCHEMA)
def test_a_guard_taken_away(signed: Path, way: str) -> None:
    statement, said = SCHEMA[way]
    with connection.cursor() as cursor:
        for one in [statement] if "$$" in statement else statement.split(";\n"):
            cursor.execute(one)
    assert texts() == [said]


def test_nothing_is_signed_over_it(signed: Path) -> None:
    tamper(f"UPDATE audit_auditentry SET reason = 'x' WHERE id = {entry(1)}")
    rebuild(1)
    with pytest.raises(NotSigned, match="1 chains are not what checkpoint 1 signed"):
        write_checkpoint(now=later(1))


def test_without_the_file_it_says_so_once(signed: Path, settings: Any) -> None:
    settings.AUDIT_CHECKPOINTS = ""
    assert texts() == [
        "Checkpoints were signed, and AUDIT_CHECKPOINTS does not say where their file is."
    ]
