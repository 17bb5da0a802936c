"""Enrolment codes: 24 base32 characters (120 bits), shown in groups of four."""

from __future__ import annotations

import base64
import re
import secrets

LENGTH = 24
_CODE = re.compile(rf"[A-Z2-7]{{{LENGTH}}}")


def new_code() -> str:
    """A code as it is stored (hashed) and compared: no separators, upper case."""
    return base64.b32encode(secrets.token_bytes(15)).decode()


def grouped(code: str) -> str:
    """`ABCD-EFGH-…`, as people read it out."""
    return "-".join(code[i : i + 4] for i in range(0, LENGTH, 4))


def read_code(given: str) -> str | None:
    """The code in what somebody typed (any case, blanks, dashes), or None if it cannot be one."""
    code = re.sub(r"[\s-]", "", given).upper()
    return code if _CODE.fullmatch(code) else None
