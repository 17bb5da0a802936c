"""What a register does with its key: making one, signing with it, and asking for a token."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.test import Client
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey

from apps.terminals.models import Terminal
from apps.terminals.services import issue_code
from tests.world import SETUP, Register

AUDIENCE = "http://127.0.0.1:8000/api/v1/oauth/token"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
Key = OKPKey | ECKey


def ed25519() -> OKPKey:
    return OKPKey.generate_key("Ed25519")


def p256() -> ECKey:
    return ECKey.generate_key("P-256")


def public(key: Key) -> dict[str, Any]:
    return dict(key.as_dict(private=False))


def sign(key: Key, client_id: str, *, alg: str = "", kid: str | None = None, **changes: Any) -> str:
    """An assertion as it should be, with `changes` to its claims; None leaves one out."""
    now = int(time.time())
    claims = {
        "iss": client_id, "sub": client_id, "aud": AUDIENCE,
        "iat": now, "exp": now + 60, "jti": str(uuid4()), **changes,
    }  # fmt: skip
    header = {"alg": alg or ("ES256" if isinstance(key, ECKey) else "Ed25519")}
    header |= {} if kid is None else {"kid": kid}
    given = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(header, given, key, algorithms=[header["alg"]])


def post(path: str, body: Any, **headers: str) -> Any:
    """POST JSON without a token."""
    return Client(raise_request_exception=False).post(
        f"/api/v1/{path}", body, content_type="application/json", headers=headers
    )


def ask_token(assertion: str, **more: str) -> Any:
    form = {
        "grant_type": "client_credentials", "client_assertion_type": JWT_BEARER,
        "client_assertion": assertion, **more,
    }  # fmt: skip
    return Client(raise_request_exception=False).generic(
        "POST", "/api/v1/oauth/token", urlencode(form),
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip


def enrolled(terminal: Terminal, key: Key) -> str:
    """Enrol the register with this key; its client id."""
    code = issue_code(terminal, actor=SETUP, now=timezone.now())
    answer = post("terminals/enrol", {"code": code, "jwk": public(key)})
    assert answer.status_code == 201, answer.content
    return str(answer.json()["client_id"])


@dataclass
class Signer:
    """A register that signs, beside the world's register with a secret."""

    register: Register
    key: Key = field(default_factory=ed25519)

    @property
    def client_id(self) -> str:
        return str(self.register.terminal.pk)

    def token(self, key: Key | None = None) -> Any:
        """Ask for a token with the key, and use it from now on; the answer."""
        answer = ask_token(sign(key or self.key, self.client_id))
        if answer.status_code == 200:
            self.register.token = answer.json()["access_token"]
        return answer

    def post_key(self, key: Key) -> Any:
        return self.register.post("terminals/self/keys", {"jwk": public(key)}, key="")
