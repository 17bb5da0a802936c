"""Many registers at once, as the simulator and the replay need them: a list, and a keys folder."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from client.api import ReturnsClient
from client.enrolment import enrol
from client.errors import ClientError
from client.transport import Transport

REQUIRED = ("store", "terminal", "client_id")


class RegistersError(ClientError):
    """The list is not what it should be, or lacks a register that is needed."""


@dataclass(frozen=True, slots=True)
class ListedRegister:
    """One register. `code` enrols it, unless the keys folder holds its keyring already."""

    store: str
    terminal: str
    client_id: str
    code: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)


def load_registers(path: Path) -> list[ListedRegister]:
    """The registers in a JSON list of {"store", "terminal", "client_id", "code"?}.

    One that cannot sign has a "client_secret" in place of the code.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise RegistersError(f"cannot read {path}: {exc.strerror}") from exc
    except ValueError as exc:
        raise RegistersError(f"{path} is not JSON: {exc}") from exc
    if not isinstance(entries, list) or not entries:
        raise RegistersError(f"{path} must be a JSON list with at least one register")
    return [_read_entry(path, position, entry) for position, entry in enumerate(entries, 1)]


def open_register(listed: ListedRegister, keys: Path, transport: Transport) -> ReturnsClient:
    """The register's connection; enrolled now if its keyring is not yet in the folder."""
    base_url = transport.base_url
    if listed.client_secret:
        return ReturnsClient(base_url, listed.client_id, listed.client_secret, transport=transport)
    keyring = keys / f"{listed.client_id}.json"
    if listed.code:
        enrol(base_url, listed.code, keyring, transport=transport)
    return ReturnsClient.from_keyring(keyring, transport=transport)


def _read_entry(path: Path, position: int, entry: object) -> ListedRegister:
    if not isinstance(entry, dict):
        raise RegistersError(f"{path}: entry {position} is not an object")
    missing = [name for name in REQUIRED if not entry.get(name)]
    if missing:
        raise RegistersError(f"{path}: entry {position} lacks {', '.join(missing)}")
    optional = ("code", "client_secret")
    given = {name: str(entry[name]) for name in (*REQUIRED, *optional) if entry.get(name)}
    return ListedRegister(**given)
