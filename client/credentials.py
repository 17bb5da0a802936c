"""Who a register is: the file of credentials that an administrator hands out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from client.errors import ClientError

FIELDS = ("store", "terminal", "client_id", "client_secret")


class CredentialsError(ClientError):
    """The credentials file is not what it should be, or lacks a register that is needed."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One register and its secret, which is kept out of repr() and so out of logs."""

    store: str
    terminal: str
    client_id: str
    client_secret: str = field(repr=False)


def load_credentials(path: Path) -> list[Credential]:
    """The registers in a JSON list of {"store", "terminal", "client_id", "client_secret"}."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise CredentialsError(f"cannot read {path}: {exc.strerror}") from exc
    except ValueError as exc:
        raise CredentialsError(f"{path} is not JSON: {exc}") from exc
    if not isinstance(entries, list) or not entries:
        raise CredentialsError(f"{path} must be a JSON list with at least one register")
    return [_read_entry(path, position, entry) for position, entry in enumerate(entries, 1)]


def _read_entry(path: Path, position: int, entry: object) -> Credential:
    if not isinstance(entry, dict):
        raise CredentialsError(f"{path}: entry {position} is not an object")
    missing = [name for name in FIELDS if not entry.get(name)]
    if missing:
        raise CredentialsError(f"{path}: entry {position} lacks {', '.join(missing)}")
    return Credential(**{name: str(entry[name]) for name in FIELDS})
