"""As root only: PostgreSQL refuses to run as root, so someone else has to reach its files."""

from __future__ import annotations

import os
import pwd
import subprocess
from contextlib import suppress
from pathlib import Path

from stack.console import StackError

CANDIDATES = ("postgres", "nobody")  # accounts a system has anyway: none is created


def unprivileged_user(data_dir: Path) -> int | None:
    """Who is to run the server: None for ourselves, else the owner of the data, else a nobody."""
    if os.geteuid() != 0:
        return None
    if data_dir.exists() and (owner := data_dir.stat().st_uid) != 0:
        return owner
    for name in CANDIDATES:
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_uid
    raise StackError(
        "PostgreSQL does not run as root and there is no user `postgres` or `nobody`. "
        "Run as an ordinary user, or set DATABASE_URL."
    )


def open_way(user: int, wheel: Path, programs: Path, data_dir: Path) -> list[Path]:
    """Let the user pass the folders above its programs and data: pass, not list or read.

    Returns the folders that had to be opened, for the person to know.
    """
    try:
        opened = [*_let_pass(user, data_dir), *_let_pass(user, programs)]
        if not _can_run(user, programs / "postgres"):  # installed under a strict umask
            for folder in (wheel, wheel.with_name(f"{wheel.name}.libs")):
                _let_read(folder)
    except OSError as error:
        raise StackError(
            f"PostgreSQL does not run as root, and another user cannot reach {error.filename}. "
            "Run as an ordinary user, or set DATABASE_URL."
        ) from error
    return opened


def _let_pass(user: int, target: Path) -> list[Path]:
    opened = []
    for folder in target.resolve().parents:
        found = folder.stat()
        needed = 0o100 if found.st_uid == user else 0o001
        if not found.st_mode & needed:
            folder.chmod(found.st_mode & 0o7777 | needed)
            opened.append(folder)
    return opened


def _let_read(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode & 0o7777
            path.chmod(mode | 0o004 | (0o001 if mode & 0o100 else 0))


def _can_run(user: int, program: Path) -> bool:
    try:
        result = subprocess.run(
            [program, "--version"],
            user=user,
            group=pwd.getpwuid(user).pw_gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=False,
        )
    except PermissionError:
        return False
    return result.returncode == 0
