"""A file of registers: lines of text, as a spreadsheet saves them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, fields

from django.utils.translation import gettext as _

from apps.common.cards import contains_card_number
from apps.common.errors import Invalid

MAX_BYTES = 1024 * 1024
MAX_LINES = 2_000
EXAMPLE = "shop,number,label,profile,hardware\n0042,01,Till by the door,Register,\n0042,02,Kids,Register,\n"


class FileRefused(Invalid):
    """The file as a whole cannot be read; the sentence says what to mend."""


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One line of the file: where it stood (the header is line 1), and its cells without blanks."""

    line: int
    shop: str
    number: str
    label: str = ""
    profile: str = ""
    hardware: str = ""


COLUMNS = tuple(field.name for field in fields(RegisterLine) if field.name != "line")
REQUIRED = ("shop", "number", "profile")


def read_register_file(raw: bytes) -> list[RegisterLine]:
    """Comma or semicolon, as the header line has it; UTF-8, with or without a byte order mark.

    Empty lines are skipped. FileRefused for anything that is no such file.
    """
    lines = _rows(_text(raw))
    for place, cells in lines:
        if any(contains_card_number(cell) for cell in cells):
            raise FileRefused(_("Line %(n)s carries a card number. Take it out.") % {"n": place})
    columns = _columns(lines[0][1] if lines else [])
    body = lines[1:]
    if not body:
        raise FileRefused(_("There is no line below the header."))
    if len(body) > MAX_LINES:
        raise FileRefused(_("More than %(n)s lines. Split the file.") % {"n": MAX_LINES})
    return [_register_line(place, cells, columns) for place, cells in body]


def _text(raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        raise FileRefused(_("The file is larger than 1 MiB. Split it."))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused(_("The file is not UTF-8. Save it as “CSV UTF-8”.")) from error
    if "\0" in text:
        raise FileRefused(_("This is no text file. Save the spreadsheet as CSV."))
    return text


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """(line of the file, its cells), without the empty ones."""
    head = text.lstrip("\r\n").partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found = []
    begins = 1
    try:
        for row in reader:
            cells = [" ".join(cell.split()) for cell in row]
            if any(cells):
                found.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        said = _("Line %(n)s cannot be read: is a quotation mark missing?")
        raise FileRefused(said % {"n": begins}) from error
    return found


def _columns(header: list[str]) -> dict[str, int]:
    columns = {name.lower(): place for place, name in enumerate(header) if name}
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        said = _("The first line must name the columns. Missing: %(names)s.")
        raise FileRefused(said % {"names": ", ".join(missing)})
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown:
        said = _("Unknown column: %(names)s. There are: %(known)s.")
        known = ", ".join(COLUMNS)
        raise FileRefused(said % {"names": ", ".join(unknown)[:80], "known": known})
    if len(columns) < len([name for name in header if name]):
        raise FileRefused(_("A column is named twice."))
    return columns


def _register_line(place: int, cells: list[str], columns: dict[str, int]) -> RegisterLine:
    if len(cells) > 1 + max(columns.values()) and any(cells[1 + max(columns.values()) :]):
        said = _("Line %(n)s has more cells than the header has columns.")
        raise FileRefused(said % {"n": place})
    values = {
        name: cells[column] if column < len(cells) else "" for name, column in columns.items()
    }
    return RegisterLine(place, **values)
