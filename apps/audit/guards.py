"""What keeps ledgers append-only: their triggers, as PostgreSQL's catalogue has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps

from apps.audit.commands import Finding

FUNCTION = "refuse_change"
# As bits of pg_trigger.tgtype: row 1, before 2, delete 8, update 16, truncate 32.
TRIGGERS = {"append_only": 1 | 2 | 8 | 16, "no_truncate": 2 | 32}
BODY = """
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
          USING ERRCODE = 'restrict_violation';
END
"""

_TRIGGERS = """
SELECT c.relname, t.tgname, t.tgenabled::text, t.tgtype, t.tgqual IS NULL AND t.tgattr::text = '', p.proname
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
 WHERE c.relnamespace = 'public'::regnamespace AND t.tgname = ANY(%s)
"""
_BODIES = "SELECT prosrc FROM pg_proc WHERE proname = %s AND pronamespace = 'public'::regnamespace"
# The months of ledgers that are cut by month.
_MONTHS = """
SELECT p.relname, c.relname FROM pg_inherits i
  JOIN pg_class p ON p.oid = i.inhparent JOIN pg_class c ON c.oid = i.inhrelid
 WHERE p.relnamespace = 'public'::regnamespace AND p.relname = ANY(%s) AND c.relkind = 'r' ORDER BY 2
"""
_RULES = (
    "SELECT tablename, rulename FROM pg_rules WHERE schemaname = 'public' AND tablename = ANY(%s)"
)


def ledgers() -> list[str]:
    """The tables of the models that say `append_only = True`."""
    return sorted(
        model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False)
    )


def check_guards(cursor: Any) -> Iterator[Finding]:
    """Triggers that are missing, switched off or other than they were made, on any cursor."""
    cursor.execute(_TRIGGERS, [list(TRIGGERS)])
    found = {(table, name): rest for table, name, *rest in cursor.fetchall()}
    cursor.execute(_MONTHS, [ledgers()])
    months = cursor.fetchall()
    for table in ledgers():
        for name, bits in TRIGGERS.items():
            wrong = list(_check_trigger(table, name, bits, found.get((table, name))))
            yield from wrong
            for month in () if wrong else (leaf for parent, leaf in months if parent == table):
                yield from _check_trigger(month, name, bits, found.get((month, name)))
    cursor.execute(_BODIES, [FUNCTION])
    if [_words(row[0]) for row in cursor.fetchall()] != [_words(BODY)]:
        yield Finding("guard", f"The function {FUNCTION} is not the one that refuses changes.")
    cursor.execute(_RULES, [ledgers()])
    for table, rule in cursor.fetchall():
        yield Finding("guard", f"{table} has a rule {rule}, which no ledger has.")


def _check_trigger(table: str, name: str, bits: int, found: list[Any] | None) -> Iterator[Finding]:
    if found is None:
        yield Finding("guard", f"The trigger {name} of {table} is missing.")
        return
    enabled, type_, whole, function = found
    if enabled != "A":
        how = "switched off" if enabled == "D" else "not always on"
        yield Finding("guard", f"The trigger {name} of {table} is {how}.")
    if type_ != bits or not whole or function != FUNCTION:
        yield Finding("guard", f"The trigger {name} of {table} is not the one that was made.")


def _words(text: str) -> list[str]:
    return text.split()
