"""A keyring whose register now and then ends at the worst moment of a rotation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from client.identity import Identity
from client.keyring import KeyringFile


class KilledError(Exception):
    """The register's process is gone. No ClientError: nothing in the client may catch it."""


class FragileKeyring(KeyringFile):
    """Ends the register after the server has taken its new key, before that is written down."""

    def __init__(self, path: Path, ends: Callable[[], bool]) -> None:
        super().__init__(path)
        self._ends = ends

    def write(self, identity: Identity) -> None:
        """As the real one does; or KilledError, and the file is as it was."""
        if identity.current != self.read().current and self._ends():
            raise KilledError(self.path.name)
        super().write(identity)
