"""What proves that a register is itself: a key of its own, or a secret that the server made."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import quote

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey

Kind = Literal["Ed25519", "P-256", "secret"]

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE = 60


@dataclass(frozen=True, slots=True)
class Proof:
    """What a token request carries to say who asks."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, Ed25519 or P-256. Its private half never leaves the register."""

    kid: str
    jwk: OKPKey | ECKey = field(repr=False, compare=False)

    @classmethod
    def generate(cls, kind: Literal["Ed25519", "P-256"]) -> SigningKey:
        made = OKPKey.generate_key(kind) if kind == "Ed25519" else ECKey.generate_key(kind)
        return cls(made.thumbprint(), made)

    def another(self) -> SigningKey:
        """A new key of the same kind."""
        return self.generate("Ed25519" if isinstance(self.jwk, OKPKey) else "P-256")

    def prove(self, client_id: str, audience: str, now: float) -> Proof:
        """`private_key_jwt` (RFC 7523), good for one request: its `jti` is never used again."""
        return Proof(
            form={
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": self._assertion(client_id, audience, now),
            }
        )

    def offer(self, client_id: str, audience: str, now: float) -> dict[str, Any]:
        """What is posted to have the server take this key; the proof says that we hold it."""
        return self.introduce() | {"proof": self._assertion(client_id, audience, now)}

    def introduce(self) -> dict[str, Any]:
        """What is posted with an enrolment code: the public half."""
        return {"jwk": dict(self.jwk.as_dict(private=False))}

    @property
    def usable(self) -> bool:
        return True

    @property
    def order(self) -> str:
        """No Idempotency-Key is needed: the server knows the key by its thumbprint."""
        return ""

    def accepted(self, answer: Mapping[str, Any]) -> SigningKey:
        return self

    def as_json(self) -> dict[str, Any]:
        return {"jwk": dict(self.jwk.as_dict(private=True))}

    def _assertion(self, client_id: str, audience: str, now: float) -> str:
        algorithm = "Ed25519" if isinstance(self.jwk, OKPKey) else "ES256"
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": audience,
            "iat": int(now),
            "exp": int(now) + ASSERTION_LIFE,
            "jti": secrets.token_urlsafe(24),
        }
        header = {"alg": algorithm, "kid": self.kid}
        return jwt.encode(header, claims, self.jwk, algorithms=[algorithm])


@dataclass(frozen=True, slots=True)
class Secret:
    """For hardware that cannot sign. `order` is the Idempotency-Key it was ordered under.

    The order is stored before it is sent, so that a lost answer can be asked for again.
    """

    value: str = field(default="", repr=False)
    order: str = field(default_factory=lambda: f"order-{secrets.token_urlsafe(24)}")

    @property
    def kid(self) -> None:
        return None

    @property
    def usable(self) -> bool:
        """False while it is ordered, but has not come."""
        return bool(self.value)

    def another(self) -> Secret:
        return Secret()

    def prove(self, client_id: str, audience: str, now: float) -> Proof:
        """HTTP Basic, form-encoded as RFC 6749 2.3.1 asks."""
        pair = f"{quote(client_id, safe='')}:{quote(self.value, safe='')}"
        return Proof({"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()})

    def offer(self, client_id: str, audience: str, now: float) -> dict[str, Any]:
        return self.introduce()

    def introduce(self) -> dict[str, Any]:
        return {"secret": True}

    def accepted(self, answer: Mapping[str, Any]) -> Secret:
        """The secret as the server made it."""
        return replace(self, value=str(answer["client_secret"]))

    def as_json(self) -> dict[str, Any]:
        return {"secret": self.value, "order": self.order}


Credential = SigningKey | Secret


def make_credential(kind: Kind) -> Credential:
    """A new key, or a secret yet to be ordered."""
    return Secret() if kind == "secret" else SigningKey.generate(kind)


def read_credential(stored: Mapping[str, Any]) -> Credential:
    """What `as_json` gave. ValueError or KeyError when it is something else."""
    if "jwk" not in stored:
        return Secret(str(stored["secret"]), str(stored["order"]))
    parts = dict(stored["jwk"])
    jwk = OKPKey.import_key(parts) if parts.get("kty") == "OKP" else ECKey.import_key(parts)
    return SigningKey(jwk.thumbprint(), jwk)
