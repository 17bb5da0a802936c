"""Three roles of the database: who owns, who runs, who reads. As SQL to print or to apply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from psycopg import sql

from apps.audit.guards import ledgers


@dataclass(frozen=True, slots=True)
class Roles:
    """`owner` has the tables and migrates, `app` runs, `auditor` reads."""

    owner: str = "returns_owner"
    app: str = "returns_app"
    auditor: str = "returns_auditor"


# Made without a password: nobody can log in as one before it was given one.
_MAKE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = {name_text}) THEN
        CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
    END IF;
END $$;
"""
# Whatever stands in the schema belongs to the owner: tables (with their indexes and own sequences),
# sequences, views, functions.
_OWN = """
ALTER SCHEMA public OWNER TO {owner};
DO $$ DECLARE thing record; BEGIN
    FOR thing IN
        SELECT format('ALTER %s %I.%I OWNER TO %I',
                      CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END,
                      'public', c.relname, {owner_text}) AS command
          FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
           AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i', 'e')
                              AND d.classid = 'pg_class'::regclass AND c.relkind = 'S')
        UNION ALL
        SELECT format('ALTER FUNCTION %s OWNER TO %I', p.oid::regprocedure, {owner_text})
          FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
           AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP EXECUTE thing.command; END LOOP;
END $$;
"""
_GRANT = """
DO $$ BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I, %I, %I',
                   current_database(), {owner_text}, {app_text}, {auditor_text});
END $$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {app}, {auditor};
GRANT USAGE ON SCHEMA public TO {app}, {auditor};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app};
REVOKE UPDATE, DELETE ON {ledgers} FROM {app};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {app};
GRANT SELECT ON ALL TABLES IN SCHEMA public TO {auditor};
REVOKE SELECT ON {secret} FROM {auditor};
DO $$ DECLARE month regclass; BEGIN
    FOR month IN SELECT oid FROM pg_class WHERE relispartition AND relkind = 'r'
                  AND relnamespace = 'public'::regnamespace
    LOOP EXECUTE format('REVOKE ALL ON %s FROM %I, %I', month, {app_text}, {auditor_text}); END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION make_month(text, date), drop_month(text, text, bigint, numeric) TO {app};
ALTER ROLE {auditor} SET default_transaction_read_only = on;
"""
# Whoever reads a session's key has the session.
SECRET = ("django_session",)


def roles_sql(roles: Roles) -> str:
    """All of it, to be run as superuser after every migration; it may be run again."""
    with connection.cursor() as cursor:
        return _compose(roles).as_string(cursor.connection)


@transaction.atomic
def apply_roles(roles: Roles) -> None:
    """Run it on the database that DATABASE_URL names, as whoever that says."""
    with connection.cursor() as cursor:
        cursor.execute(roles_sql(roles))


def _compose(roles: Roles) -> sql.Composable:
    names = {
        "owner": sql.Identifier(roles.owner),
        "app": sql.Identifier(roles.app),
        "auditor": sql.Identifier(roles.auditor),
        "owner_text": sql.Literal(roles.owner),
        "app_text": sql.Literal(roles.app),
        "auditor_text": sql.Literal(roles.auditor),
        "ledgers": _tables(ledgers()),
        "secret": _tables(SECRET),
    }
    made: list[sql.Composable] = [
        sql.SQL(_MAKE).format(name=sql.Identifier(name), name_text=sql.Literal(name))
        for name in (roles.owner, roles.app, roles.auditor)
    ]
    rest: list[sql.Composable] = [sql.SQL(part).format(**names) for part in (_OWN, _GRANT)]
    return sql.Composed([*made, *rest])


def _tables(names: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)
