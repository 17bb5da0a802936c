"""Events as a file: CSV (RFC 4180) or JSON lines."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.common.csv_files import csv_text
from apps.integrations.policy.folders import FOLDER, folder_hint
from apps.integrations.policy.settings import Reader

CSV, JSONL = FORMATS = ("csv", "jsonl")
FOLDER_HERE, SFTP = PLACES = ("folder", "sftp")
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_REMOTE = r"/?[A-Za-z0-9_][A-Za-z0-9._ -]*(/[A-Za-z0-9_][A-Za-z0-9._ -]*)*|/|"
_HOST = r"[A-Za-z0-9_.-]{1,253}|[0-9A-Fa-f:.]{2,45}"
_HOST_KEY = r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]{16,}={0,2}"


@dataclass(frozen=True, slots=True)
class SftpSettings:
    host: str
    port: int
    user: str
    folder: str
    host_key: str  # as in known_hosts: type and base64


@dataclass(frozen=True, slots=True)
class DropSettings:
    place: str  # folder | sftp
    folder: str
    format: str  # csv | jsonl
    columns: tuple[str, ...]
    delimiter: str
    prefix: str
    sftp: SftpSettings


class NoRow(ValueError):
    """A message that does not fit into lines and columns."""


def read_drop(config: Mapping[str, Any]) -> tuple[DropSettings, list[str]]:
    """The settings, and what is wrong with them, a sentence each."""
    reader = Reader(config)
    place = reader.choice("place", PLACES)
    settings = DropSettings(
        place=place,
        folder=reader.text("folder", required=True, form=FOLDER, hint=folder_hint()),
        format=reader.choice("format", FORMATS),
        columns=reader.texts("columns"),
        delimiter=DELIMITERS[reader.choice("delimiter", tuple(DELIMITERS))],
        prefix=reader.text(
            "prefix",
            "returns",
            form=r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}",
            hint=_("letters and digits."),
        ),
        sftp=_sftp(reader, needed=place == SFTP),
    )
    if settings.format == CSV and not settings.columns:
        reader.complain(
            _("“columns” is missing: the names of the columns, in their order."), "columns"
        )
    if len(set(settings.columns)) < len(settings.columns):
        reader.complain(_("“columns” names one twice."), "columns")
    return settings, reader.done()


def _sftp(reader: Reader, *, needed: bool) -> SftpSettings:
    part = reader.part("sftp")
    key_hint = _("type and key as in known_hosts, such as “ssh-ed25519 AAAA…”.")
    settings = SftpSettings(
        host=part.text("host", required=needed, form=_HOST, hint=_("a name or an address.")),
        port=part.number("port", 22, least=1, most=65535),
        user=part.text("user", required=needed),
        folder=part.text("folder", form=_REMOTE, hint=_("a folder there, such as in/returns.")),
        host_key=part.text("host_key", required=needed, form=_HOST_KEY, hint=key_hint),
    )
    reader.take_over("sftp", part)
    return settings


def rows_of(body: Any) -> list[dict[str, Any]]:
    """A body is one row, or a list of rows (a template may make one for each line of a return)."""
    rows = body if isinstance(body, list) else [body]
    if not all(isinstance(row, dict) for row in rows):
        raise NoRow("a row has to be an object")
    return rows


def render(bodies: Sequence[Any], drop: DropSettings) -> bytes:
    rows = [row for body in bodies for row in rows_of(body)]
    if drop.format == JSONL:
        return "".join(f"{_json(row)}\n" for row in rows).encode()
    return _csv(rows, drop.columns, drop.delimiter).encode()


def _csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], delimiter: str) -> str:
    lines = [[row.get(name) for name in columns] for row in rows]
    return csv_text([[_cell(cell) for cell in line] for line in (columns, *lines)], delimiter)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        value = _json(value)
    return str(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def name_of(event_ids: Sequence[str], at: datetime, drop: DropSettings) -> str:
    """`returns-20261121T101500Z-<first event>-<8 hex>.csv`; the same events, the same name.

    `at` is when the first of them happened, so that the name is the same whenever it is made.
    """
    moment = at.strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256("\n".join(event_ids).encode()).hexdigest()[:8]
    return f"{drop.prefix}-{moment}-{event_ids[0]}-{digest}.{drop.format}"


def spool_of(drop: DropSettings) -> str:
    """A name for where the files of these settings go: other settings, another memory."""
    where = [drop.place, drop.folder, drop.format, drop.prefix]
    if drop.place == SFTP:
        there = drop.sftp
        where += [there.host, str(there.port), there.user, there.folder]
    return hashlib.sha256(json.dumps(where).encode()).hexdigest()[:16]
