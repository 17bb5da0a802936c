"""What goes along with every export: the verifier, the checkpoints, the keys, and how to check."""

from __future__ import annotations

import base64
from pathlib import Path

from django.conf import settings

from apps.audit import verifier
from apps.audit.checkpoint_file import path_in
from apps.audit.keys import public_keys

VERIFIER = Path(verifier.__file__).with_name("verify_trail.py")
README = """\
{title}
{line}

{what}

To check that the entries are as they were written, on any machine with Python 3.9 or newer, without
a network and without anything of ours:

    python3 verify_trail.py trail.jsonl --checkpoints checkpoints.jsonl{keys}

Exit code 0: it is as it was signed. 1: each finding is named. 2: a file cannot be read.
The lines that begin with "note" name what is newer than the last checkpoint: its order is proved,
its end not yet. verify_trail.py is meant to be read before it is run.

Compare the public key with the one that was told to you by somebody other than who gave you these
files: whoever can forge the files can put a key of his own beside them.
{all_keys}
trail.jsonl holds the entries with their place in the chain. Links without an entry belong to entries
that were not asked for; they prove the order and say nothing else.
"""


def proof_files(*, title: str, what: str) -> dict[str, bytes]:
    """By name: what a folder with a `trail.jsonl` needs to be checked by itself."""
    keys = [base64.b64encode(key).decode() for key in public_keys().values()]
    readme = README.format(
        title=title, line="=" * len(title), what=what,
        keys="".join(f" \\\n        --key {key}" for key in keys),
        all_keys="".join(f"\n    {key}" for key in keys) + "\n",
    )  # fmt: skip
    return {
        "README.txt": readme.encode(),
        "verify_trail.py": VERIFIER.read_bytes(),
        "checkpoints.jsonl": _checkpoints(),
    }


def _checkpoints() -> bytes:
    """The file as it stands; empty where nothing was signed yet, or not where this process looks."""
    if not settings.AUDIT_CHECKPOINTS:
        return b""
    path = path_in(settings.AUDIT_CHECKPOINTS)
    return path.read_bytes() if path.exists() else b""
