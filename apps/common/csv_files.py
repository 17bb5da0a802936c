"""The one writer of CSV files: quoted by RFC 4180, and harmless to those who open them.

Programs for tables run cells that begin like a formula. Text comes from registers, customers and
people, so such a cell gets an apostrophe in front; what is a plain number is left alone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

# The wide ones are read like the narrow ones where Chinese or Japanese is written.
_BEGINS_A_FORMULA = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


def defused(text: str) -> str:
    """Text as a cell, without NUL, and with an apostrophe where it would be run."""
    text = text.replace("\0", "")
    runs = _BEGINS_A_FORMULA.match(text) and not _NUMBER.fullmatch(text)
    return f"'{text}" if runs else text


def csv_text(lines: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    """Lines of cells that are text already; they end in CR LF."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([defused(cell) for cell in line] for line in lines)
    return out.getvalue()


def write_csv(header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> bytes:
    """For people: UTF-8 with a byte order mark, by which programs for tables know it."""
    lines = [[cell_of(value) for value in line] for line in (header, *rows)]
    return csv_text(lines).encode("utf-8-sig")


def cell_of(value: Any) -> str:
    """Times in ISO 8601, yes and no in words, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
