"""Invariant 13: no text anywhere passes the card-number test. In SQL, over every text column."""

from __future__ import annotations

from typing import Any

# The guard's own rule, written again on purpose: the check must not share the mistake.
_CANDIDATE = (
    r"(?:^|[^0-9A-Za-z.-])((?:4\d{15}|4\d{18}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3[0689]\d{12}"
    r"|6\d{15}|6\d{18}|35\d{14})|[2-6]\d{3}([ -])\d{4}\2\d{4}\2\d{4}|3[47]\d{2}[ -]\d{6}[ -]\d{5})"
    r"(?![0-9A-Za-z]|[.-][0-9A-Za-z])"
)
_COLUMNS = """
SELECT c.relname::text, array_agg(a.attname::text ORDER BY a.attnum)
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND (t.oid IN ('text'::regtype, 'varchar'::regtype, 'jsonb'::regtype) OR t.typcategory = 'A')
   AND c.relname NOT LIKE 'django\\_%'
   AND has_column_privilege(c.oid, a.attnum, 'SELECT')
 GROUP BY 1 ORDER BY 1
"""
_SCAN = """
SELECT count(*) FROM (
    SELECT regexp_replace(found[1], '[ -]', '', 'g') AS digits
      FROM {table}, regexp_matches({text}, '{candidate}', 'g') AS found
     WHERE {text} ~ '\\d[ -]?\\d{{3}}[ -]?\\d{{4}}') AS candidates
 WHERE (SELECT sum(CASE WHEN (length(digits) - place) % 2 = 0 THEN digit
                        WHEN digit > 4 THEN digit * 2 - 9 ELSE digit * 2 END)
          FROM generate_series(1, length(digits)) AS place,
               LATERAL (SELECT substr(digits, place, 1)::int AS digit) AS d) % 10 = 0
"""


def count_card_numbers(cursor: Any) -> int:
    """How many card numbers stand in any text, JSON or array column of the database."""
    cursor.execute(_COLUMNS)
    scans = [_scan(table, columns) for table, columns in cursor.fetchall()]
    cursor.execute(" UNION ALL ".join(scans))
    return sum(found for (found,) in cursor.fetchall())


def _scan(table: str, columns: list[str]) -> str:
    text = "concat_ws(' ', " + ", ".join(f'"{column}"::text' for column in columns) + ")"
    return _SCAN.format(table=f'"{table}"', text=text, candidate=_CANDIDATE)
