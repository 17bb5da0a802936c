"""The part of the stand-in that knows registers: enrolment, tokens, keys, heartbeats."""

from __future__ import annotations

import base64
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey

from tests.client.answers import Json, Refusal, Reply

LATEST, USABLE = 10, ("pending", "active", "retiring")


@dataclass
class Held:
    """One credential of a register, as the server has it: a public key or a secret."""

    status: str = "pending"
    jwk: OKPKey | ECKey | None = None
    secret: str = ""
    order: str = ""

    @property
    def kid(self) -> str | None:
        return self.jwk.thumbprint() if self.jwk else None


@dataclass
class Desk:
    """What the server knows of registers. `ahead` is how far its clock is before ours."""

    base_url: str
    held: dict[str, list[Held]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    enrolled: dict[str, tuple[str, Json]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    used_ids: list[str] = field(default_factory=list)
    beats: list[Json] = field(default_factory=list)
    granted: int = 0
    posted: int = 0
    lifetime: float = 900.0
    overlaps: int = 1
    ahead: float = 0.0
    rotate_by: str | None = None

    @property
    def now(self) -> float:
        return time.time() + self.ahead

    @property
    def audience(self) -> str:
        return f"{self.base_url}/api/v1/oauth/token"

    def statuses(self, client_id: str) -> list[str]:
        return [held.status for held in self.held[client_id]]

    def enrol(self, body: Json, order: str | None) -> Reply:
        """`codes` maps a code to the register it is for, named like "7001-01"."""
        code = body["code"]
        if code not in self.codes:
            raise Refusal(401, "enrolment-code-invalid")
        new = self._read_offer(body, order)
        mark = new.kid or new.order
        if code in self.enrolled:
            before, answer = self.enrolled[code]
            if before != mark:
                raise Refusal(409, "enrolment-code-used")
            return Reply(201, answer, {"Idempotent-Replayed": "true"})
        client_id = self.codes[code]
        self.held.setdefault(client_id, []).append(new)
        store, terminal = client_id.split("-")
        answer = {"client_id": client_id, "store": store, "terminal": terminal, "kid": new.kid}
        answer |= {"token_url": self.audience} | self._secret(new)
        self.enrolled[code] = (mark, answer)
        return Reply(201, answer)

    def grant(self, basic: str | None, raw: bytes) -> Reply:
        form = {name: values[0] for name, values in parse_qs(raw.decode()).items()}
        client_id, held = self._by_secret(basic) if basic else self._by_assertion(form)
        if held.status == "pending":
            for other in self.held[client_id]:
                if other.status == "active":
                    other.status, self.rotate_by = "retiring", None
            held.status = "active"
        self.granted += 1
        token = f"token-{self.granted}"
        self.tokens[token] = client_id
        lives = {"access_token": token, "expires_in": self.lifetime}
        return Reply(200, lives | {"rotate_by": self.rotate_by})

    def take_key(self, client_id: str, body: Json, order: str | None) -> Reply:
        self.posted += 1
        new = self._read_offer(body, order)
        mine = self.held[client_id]
        for old in mine:
            if new.kid and new.kid == old.kid and old.status in ("retiring", "revoked"):
                raise Refusal(409, "key-conflict")
            # A secret is said again while it waits for its first use, a key for as long as it is.
            if (old.kid, old.order) == (new.kid, new.order) and (
                old.kid or old.status == "pending"
            ):
                return self._taken(old)
        if self.statuses(client_id).count("retiring") == self.overlaps:
            raise Refusal(409, "rotation-in-progress", {"Retry-After": "3600"})
        for old in mine:
            old.status = "revoked" if old.status == "pending" else old.status
        mine.append(new)
        return self._taken(new)

    def beat(self, body: Json) -> Reply:
        self.beats.append(body)
        return Reply(200, {"clock_skew_ms": 0, "rotate_by": self.rotate_by})

    def terminal(self, authorization: str) -> str:
        terminal = self.tokens.get(authorization.removeprefix("Bearer "))
        if terminal is None:
            raise Refusal(401, "token-invalid")
        return terminal

    def _read_offer(self, body: Json, order: str | None) -> Held:
        if body.get("secret"):
            return Held(secret=f"rk_{uuid.uuid4().hex}", order=order or "")
        parts = body["jwk"]
        if "d" in parts:
            raise Refusal(400, "invalid-request")
        okp = parts["kty"] == "OKP"
        return Held(jwk=OKPKey.import_key(parts) if okp else ECKey.import_key(parts))

    def _by_secret(self, basic: str) -> tuple[str, Held]:
        pair = base64.b64decode(basic.removeprefix("Basic ")).decode()
        client_id, _, secret = map(unquote, pair.partition(":"))
        held = self.held.setdefault(client_id, [Held("active", secret=f"secret of {client_id}")])
        for one in held:
            if one.secret == secret and one.status in USABLE:
                return client_id, one
        raise Refusal(401, "invalid-client")

    def _by_assertion(self, form: dict[str, str]) -> tuple[str, Held]:
        assertion = form["client_assertion"]
        for client_id, held in self.held.items():
            for one in held:
                if one.jwk and one.status in USABLE and self._is_signed(assertion, client_id, one):
                    return client_id, one
        raise Refusal(401, "invalid-client")

    def _is_signed(self, assertion: str, client_id: str, held: Held) -> bool:
        assert held.jwk
        try:
            claims = jwt.decode(assertion, held.jwk, algorithms=["Ed25519", "ES256"]).claims
        except Exception:
            return False
        assert claims["iss"] == claims["sub"] == client_id
        assert claims["aud"] == self.audience
        if claims["jti"] in self.used_ids:
            raise Refusal(401, "invalid-client")
        self.used_ids.append(claims["jti"])
        if claims["iat"] > self.now + LATEST or claims["exp"] < self.now:
            raise Refusal(401, "assertion-clock")
        return True

    def _taken(self, held: Held) -> Reply:
        return Reply(201, {"kid": held.kid, "status": held.status} | self._secret(held))

    def _secret(self, held: Held) -> Json:
        return {"client_secret": held.secret} if held.secret else {}
