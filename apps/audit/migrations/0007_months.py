"""Tables that are cut by month, and the trail as the first of them (docs/adr/0038).

What makes and drops a month are functions that run as the owner of the tables: the application may
call them, and may neither create nor drop a table otherwise. The months are those of UTC.
"""

from django.db import migrations

# Milliseconds, and behind them what the sequence gives: such a key grows with time, as a UUIDv7 does.
_TIMED_ID = """
CREATE FUNCTION timed_id(sequence regclass) RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT (floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint << 20)
         | (nextval(sequence) & 1048575)
$$
"""
# The first key of a moment, as text: of a timed id, or of a UUIDv7.
_MONTH_BOUND = """
CREATE FUNCTION month_bound(parent regclass, at timestamptz) RETURNS text LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
    SELECT CASE a.atttypid WHEN 'uuid'::regtype THEN (lpad(to_hex(t.ms), 12, '0') || repeat('0', 20))::uuid::text
                           ELSE (t.ms << 20)::text END
      FROM pg_partitioned_table p
      JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
     CROSS JOIN (SELECT floor(extract(epoch FROM at) * 1000)::bigint AS ms) t
     WHERE p.partrelid = parent
$$
"""
# What a partition has of its own: statement triggers are not inherited, and uniques without the key
# hold within a month only (the function `<table>_month` makes those).
_FIT_OUT = """
CREATE FUNCTION fit_out_month(parent text, leaf text) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = parent::regclass AND tgname = 'no_truncate') THEN
        EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', leaf);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER no_truncate', leaf);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER append_only', leaf);
    END IF;
    IF to_regproc(quote_ident(parent || '_month')) IS NOT NULL THEN
        EXECUTE format('SELECT %I(%L)', parent || '_month', leaf);
    END IF;
END $$
"""
# The month of a day; false when it stands already. What was caught by the rest is moved where it
# belongs: the rest is taken off, emptied into the months, and made anew.
_MAKE_MONTH = """
CREATE FUNCTION make_month(parent text, day date) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET lock_timeout = '3s' AS $$
DECLARE
    month timestamp := date_trunc('month', day::timestamp);
    leaf text := parent || to_char(month, '"_y"YYYY"m"MM');
    rest text := parent || '_rest';
    low text; high text; caught boolean;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_class WHERE relname = parent AND relkind = 'p'
                      AND relnamespace = 'public'::regnamespace) THEN
        RAISE EXCEPTION '% is not cut by month', parent;
    END IF;
    PERFORM pg_advisory_xact_lock(7330, hashtext(parent));
    IF to_regclass(quote_ident(leaf)) IS NOT NULL THEN RETURN false; END IF;
    low := month_bound(parent::regclass, month AT TIME ZONE 'UTC');
    high := month_bound(parent::regclass, (month + interval '1 month') AT TIME ZONE 'UTC');
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent);
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', rest) INTO caught;
    IF caught THEN
        EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, rest);
        EXECUTE format('ALTER TABLE %I RENAME TO %I', rest, rest || '_old');
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', leaf, parent, low, high);
    PERFORM fit_out_month(parent, leaf);
    IF caught THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', rest, parent);
        PERFORM fit_out_month(parent, rest);
        EXECUTE format('INSERT INTO %I SELECT * FROM %I', parent, rest || '_old');
        EXECUTE format('DROP TABLE %I', rest || '_old');
    END IF;
    RETURN true;
END $$
"""
# A month goes only as it was read: as many rows, with the same print. Never one that is not over for
# `keep`; of the trail never the last three months, whoever asks.
_DROP_MONTH = """
CREATE FUNCTION drop_month(parent text, leaf text, rows bigint, print numeric) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET lock_timeout = '3s' AS $$
DECLARE
    over timestamp; found_rows bigint; found_print numeric;
    keep interval := CASE parent WHEN 'audit_auditentry' THEN interval '3 months' ELSE interval '0' END;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass(quote_ident(leaf))
                      AND inhparent = to_regclass(quote_ident(parent)))
       OR leaf !~ ('^' || parent || '_y[0-9]{4}m[0-9]{2}$') THEN
        RAISE EXCEPTION '% is no month of %', leaf, parent;
    END IF;
    over := to_date(right(leaf, 7), 'YYYY"m"MM')::timestamp + interval '1 month';
    IF over AT TIME ZONE 'UTC' + keep > now() THEN
        RAISE EXCEPTION '% is not old enough to be dropped', leaf USING ERRCODE = 'restrict_violation';
    END IF;
    EXECUTE format('LOCK TABLE %I IN SHARE ROW EXCLUSIVE MODE', leaf);
    EXECUTE format('SELECT count(*), coalesce(sum(hashtextextended(e::text, 0)), 0) FROM %I e', leaf)
       INTO found_rows, found_print;
    IF (found_rows, found_print) IS DISTINCT FROM (rows, print) THEN
        RAISE EXCEPTION '% is not as it was read', leaf USING ERRCODE = 'restrict_violation';
    END IF;
    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, leaf);
    EXECUTE format('DROP TABLE %I', leaf);
END $$
"""
# The parent is locked first, as by whoever makes a month: who lists them reads the other partitions next.
_COUNT_REST = """
CREATE FUNCTION count_rest(parent text, most bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE found bigint;
BEGIN
    EXECUTE format('LOCK TABLE ONLY %I IN ACCESS SHARE MODE', parent);
    EXECUTE format('SELECT count(*) FROM (SELECT FROM %I LIMIT %s) r', parent || '_rest', most) INTO found;
    RETURN found;
END $$
"""
# Makes a table one that is cut by month, for migrations. Not a row is copied: the table as it stands
# becomes the month in which that is done, and holds all that was before.
_START = """
CREATE FUNCTION start_months(parent text, key text, uniques text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
    leaf text := parent || to_char(month, '"_y"YYYY"m"MM');
    said text[]; one record; n int := 0; ledger boolean; numbered boolean; last bigint; line text;
    sequence text := parent || '_id_seq';
BEGIN
    SELECT coalesce(array_agg(pg_get_indexdef(indexrelid) ORDER BY indexrelid::regclass::text), '{}') INTO said
      FROM pg_index WHERE indrelid = parent::regclass AND NOT indisunique;
    SELECT said || coalesce(array_agg(format('ALTER TABLE %I ADD CONSTRAINT %I %s', parent, conname,
                                             pg_get_constraintdef(oid))), '{}') INTO said
      FROM pg_constraint WHERE conrelid = parent::regclass AND contype = 'f';
    SELECT said || coalesce(array_agg(format('ALTER TABLE %I ADD %s', parent, u)), '{}') INTO said
      FROM unnest(uniques) AS u;
    SELECT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = parent::regclass AND tgname = 'append_only')
      INTO ledger;
    FOR one IN SELECT tgname FROM pg_trigger WHERE tgrelid = parent::regclass AND NOT tgisinternal LOOP
        EXECUTE format('DROP TRIGGER %I ON %I', one.tgname, parent);
    END LOOP;
    FOR one IN SELECT conname FROM pg_constraint WHERE conrelid = parent::regclass AND contype IN ('p', 'u') LOOP
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', parent, one.conname);
    END LOOP;
    SELECT attidentity <> '' INTO numbered FROM pg_attribute
     WHERE attrelid = parent::regclass AND attname = 'id';
    IF numbered THEN
        last := nextval(pg_get_serial_sequence(parent, 'id'));
        EXECUTE format('ALTER TABLE %I ALTER COLUMN id DROP IDENTITY', parent);
    END IF;
    EXECUTE format('ALTER TABLE %I RENAME TO %I', parent, leaf);
    FOR one IN SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                WHERE i.indrelid = leaf::regclass ORDER BY c.relname LOOP
        n := n + 1;
        EXECUTE format('ALTER INDEX %I RENAME TO %I', one.relname, leaf || '_i' || n);
    END LOOP;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)
                    PARTITION BY RANGE (%I)', parent, leaf, key);
    IF numbered THEN
        EXECUTE format('CREATE SEQUENCE %I START %s OWNED BY %I.id', sequence, last, parent);
        EXECUTE format('ALTER TABLE %I ALTER COLUMN id SET DEFAULT %s(%L)', parent,
                       CASE key WHEN 'id' THEN 'timed_id' ELSE 'nextval' END, sequence);
    END IF;
    FOREACH line IN ARRAY said LOOP EXECUTE line; END LOOP;
    IF ledger THEN
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I
                        FOR EACH ROW EXECUTE FUNCTION refuse_change()', parent);
        EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', parent);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER append_only', parent);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER no_truncate', parent);
    END IF;
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)', parent, leaf,
                   month_bound(parent::regclass, (month + interval '1 month') AT TIME ZONE 'UTC'));
    PERFORM fit_out_month(parent, leaf);
    EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', parent || '_rest', parent);
    PERFORM fit_out_month(parent, parent || '_rest');
    FOR n IN 1..3 LOOP
        PERFORM make_month(parent, (month + n * interval '1 month')::date);
    END LOOP;
END $$
"""
_FUNCTIONS = {
    "timed_id(regclass)": _TIMED_ID,
    "month_bound(regclass, timestamptz)": _MONTH_BOUND,
    "fit_out_month(text, text)": _FIT_OUT,
    "make_month(text, date)": _MAKE_MONTH,
    "drop_month(text, text, bigint, numeric)": _DROP_MONTH,
    "count_rest(text, bigint)": _COUNT_REST,
    "start_months(text, text, text[])": _START,
}
_CLOSED = ("make_month(text, date)", "drop_month(text, text, bigint, numeric)")


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]
    operations = [
        migrations.RunSQL([(sql.replace("%", "%%"), []) for sql in _FUNCTIONS.values()]),
        migrations.RunSQL([f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC" for name in _CLOSED]),
        migrations.RunSQL(
            "SELECT start_months('audit_auditentry', 'id', ARRAY['PRIMARY KEY (id)'])"
        ),
    ]
