"""Where an identity is kept: in a file, or, for a secret from elsewhere, in memory only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

from joserfc.errors import JoseError

from client.errors import ClientError
from client.files import locked, write_private
from client.identity import Identity, read_identity


class KeyringError(ClientError):
    """The keyring is not there, cannot be read, or cannot be written."""


class Keyring(Protocol):
    """Holds one register's identity."""

    def read(self) -> Identity: ...
    def write(self, identity: Identity) -> None: ...
    def alone(self, patience: float = 0.0) -> AbstractContextManager[bool]:
        """True inside when nobody else is changing the keyring; only then may it be written."""


class KeyringFile:
    """A keyring that a crash at any moment leaves usable: whole, on the disk, its owner's only.

    Several processes of one register may share it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Identity:
        try:
            return read_identity(json.loads(self.path.read_bytes()))
        except FileNotFoundError:
            raise KeyringError(f"there is no keyring {self.path}: enrol first") from None
        except OSError as exc:
            raise KeyringError(f"cannot read {self.path}: {exc.strerror}") from exc
        except (ValueError, KeyError, TypeError, JoseError):
            # Not chained: the cause might show what stands in the file.
            raise KeyringError(f"{self.path} is not a keyring") from None

    def write(self, identity: Identity) -> None:
        try:
            write_private(self.path, json.dumps(identity.as_json(), indent=1).encode())
        except OSError as exc:
            raise KeyringError(f"cannot write {self.path}: {exc.strerror}") from exc

    @contextmanager
    def alone(self, patience: float = 0.0) -> Iterator[bool]:
        lock = self.path.with_name(f"{self.path.name}.lock")
        with ExitStack() as held:
            try:
                mine = held.enter_context(locked(lock, patience))
            except OSError as exc:
                raise KeyringError(f"cannot write {lock}: {exc.strerror}") from exc
            yield mine


class KeyringInMemory:
    """For a client id and a secret that somebody else keeps: it cannot be changed from here."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def read(self) -> Identity:
        return self._identity

    def write(self, identity: Identity) -> None:
        raise KeyringError(
            "a secret given in the code cannot be renewed: enrol with a keyring file"
        )

    @contextmanager
    def alone(self, patience: float = 0.0) -> Iterator[bool]:
        yield True
