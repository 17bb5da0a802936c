"""Becoming a register: an enrolment code from the administrator, once, for a key of our own."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

from client.identity import Identity
from client.keyring import KeyringError, KeyringFile
from client.keys import Kind, make_credential
from client.transport import JsonObject, Request, Transport

PATIENCE_FOR_OTHERS = 10.0


def enrol(
    base_url: str,
    code: str,
    keyring_path: Path,
    *,
    kind: Kind = "Ed25519",
    hardware: str = "",
    software: str = "",
    transport: Transport | None = None,
) -> Identity:
    """Enrol under the administrator's code; who we are is then in the keyring.

    Safe to call again with the same code, after a lost answer, a crash, or success: the key is on
    the disk before the server hears of it, so it is the same request. Raises ProblemError
    (`enrolment-code-invalid`, `enrolment-code-used`, `rate-limited`) or UnreachableError.
    A keyring that works keeps working until the new enrolment has succeeded.
    """
    keyring = KeyringFile(keyring_path)
    line = transport or Transport(base_url)
    with keyring.alone(PATIENCE_FOR_OTHERS) as mine:
        if not mine:
            raise KeyringError(f"somebody else is changing {keyring_path} at this moment")
        identity = keyring.read() if keyring_path.exists() else Identity(line.base_url)
        code = plain_code(code)
        if identity.code != code:
            identity = replace(identity, code=code, enrolling=make_credential(kind))
            keyring.write(identity)
        if identity.enrolling is not None:
            answer = _post(line, identity, hardware, software)
            identity = replace(identity.enrolled(answer), base_url=line.base_url)
            keyring.write(identity)
        return identity


def plain_code(code: str) -> str:
    """The code without the groups, blanks and small letters that people write it with."""
    return re.sub(r"[\s-]", "", code).upper()


def _post(line: Transport, identity: Identity, hardware: str, software: str) -> JsonObject:
    assert identity.enrolling is not None
    told = {"hardware": hardware, "software": software}
    body = {
        "code": identity.code,
        **identity.enrolling.introduce(),
        **{name: value for name, value in told.items() if value},
    }
    headers = {"Content-Type": "application/json"}
    if identity.enrolling.order:
        headers["Idempotency-Key"] = identity.enrolling.order
    url = f"{line.base_url}/api/v1/terminals/enrol"
    return line.send(Request("POST", url, headers, content=json.dumps(body).encode())).data
