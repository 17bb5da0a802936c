"""The folder that holds everything a stack keeps: databases, logs, keys, and who is using it."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from stack.console import StackError

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Folder:
    """Paths below one data folder. Nothing exists until `make` was called."""

    path: Path

    @classmethod
    def default(cls) -> Folder:
        """`.data` in the checkout, or where DATA_DIR points."""
        return cls(Path(os.environ.get("DATA_DIR") or ROOT / ".data").absolute())

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def registers(self) -> Path:
        """The demo's registers, each with an enrolment code while it has no key."""
        return self.run / "registers.json"

    @property
    def keys(self) -> Path:
        """The keyrings of all registers that are played on this machine."""
        return self.run / "keys"

    def make(self) -> None:
        """Create what is missing. Keys live in `run`, so only the owner may look inside."""
        try:
            for folder, mode in (
                (self.path, 0o755), (self.logs, 0o700), (self.run, 0o700), (self.keys, 0o700),
            ):  # fmt: skip
                folder.mkdir(mode=mode, parents=True, exist_ok=True)
        except OSError as error:
            raise StackError(
                f"Cannot write to {self.path} ({error.strerror}). If it was made by another user, "
                "run as that user, or set DATA_DIR to a folder of your own."
            ) from error

    def secret_key(self) -> str:
        """The development key: made once, so that sessions survive a restart."""
        file = self.run / "secret_key"
        if not file.exists():
            write_private(file, secrets.token_urlsafe(50))
        return file.read_text().strip()


def write_private(file: Path, text: str) -> None:
    """Replace the file in one step; it is never readable by others, nor ever half written."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(text)
    draft.replace(file)
