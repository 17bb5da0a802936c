"""Files that may be packed."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from client.errors import ClientError

GZIP_MAGIC = b"\x1f\x8b"


class FileError(ClientError):
    """A file cannot be read."""


def read_bytes(path: Path) -> bytes:
    """The file's content, unpacked if it is gzip, whatever its name says."""
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content.startswith(GZIP_MAGIC) else content
    except (OSError, EOFError, zlib.error) as exc:
        raise FileError(f"cannot read {path}: {exc}") from exc
