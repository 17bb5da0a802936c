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
SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position)
  FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
 WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
   AND data_type IN ('text', 'character varying', 'jsonb', 'ARRAY')
   AND table_name NOT LIKE 'django\\_%'
   AND NOT (SELECT relispartition FROM pg_class
             WHERE relname = table_name AND relnamespace = 'public'::regnamespace)
 GROUP BY 1 ORDER BY 1
"""
_SCAN = """
SELECT count(*) FROM (
    SELECT regexp_replace(found[1], '[ -]', '', 'g') AS digits
      FROM {table}, regexp_matches({text}, %s, 'g') AS found
     WHERE {text} ~ '\\d[ -]?\\d{{3}}[ -]?\\d{{4}}') AS candidates
 WHERE (SELECT sum(CASE WHEN (length(digits) - place) %% 2 = 0 THEN digit
                        WHEN digit > 4 THEN digit * 2 - 9 ELSE digit * 2 END)
          FROM generate_series(1, length(digits)) AS place,
               LATERAL (SELECT substr(digits, place, 1)::int AS digit) AS d) %% 10 = 0
"""


def count_card_numbers(cursor: Any) -> int:
    """How many card numbers stand in any text, JSON or array column of the database."""
    cursor.execute(_COLUMNS)
    found = 0
    for table, columns in cursor.fetchall():
        text = "concat_ws(' ', " + ", ".join(f'"{column}"::text' for column in columns) + ")"
        cursor.execute(_SCAN.format(table=f'"{table}"', text=text), [_CANDIDATE])
        found += cursor.fetchone()[0]
    return found
