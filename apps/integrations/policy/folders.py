"""Names of folders and files that may be made: below one place, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

from django.utils.translation import gettext as _

# Each part begins with a letter or a digit, so that none is `..` or hidden.
FOLDER = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}(/[A-Za-z0-9][A-Za-z0-9_-]{0,63}){0,3}"


class NotBelow(ValueError):
    """A folder that is not below the place where it has to be."""


def folder_hint() -> str:
    return _("letters, digits, - and _, up to four parts divided by /.")


def folder_below(root: Path, name: str) -> Path:
    """The folder of that name below the root. NotBelow, also when a link on the way leads out."""
    if not re.fullmatch(FOLDER, name):
        raise NotBelow(name)
    folder = root / name
    if not folder.resolve().is_relative_to(root.resolve()):
        raise NotBelow(name)
    return folder
