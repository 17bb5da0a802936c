"""Files below `DATA_DIR/drops`: whole or not at all, and one writer at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from apps.integrations.policy.folders import folder_below


def open_folder(name: str) -> Path:
    """The folder of that name below `DATA_DIR/drops`, made if needed. NotBelow, OSError."""
    root = Path(settings.DATA_DIR) / "drops"
    root.mkdir(parents=True, exist_ok=True)
    folder = folder_below(root, name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder against other threads and processes; one that dies lets go."""
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def try_folder(name: str) -> Path:
    """Write a file there and take it away again. NotBelow, OSError."""
    folder = open_folder(name)
    with alone_in(folder):
        probe = folder / ".probe"
        write_whole(probe, b"")
        probe.unlink()
    return folder


def why(error: Exception) -> str:
    """Without the path, which is nobody's business who reads the error queue."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def read_text(path: Path) -> str:
    """What stands in the file; nothing when there is none."""
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def write_whole(path: Path, content: bytes) -> None:
    """Put a file there whole: nobody ever reads half of it, and it survives a loss of power.

    For the owner and the group only: what is in it may name customers.
    """
    draft, flags = path.with_name(f".{path.name}.part"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(draft, flags, 0o640), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
