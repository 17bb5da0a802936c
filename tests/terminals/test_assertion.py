"""`private_key_jwt`: what a register signs to get a token, and what is refused."""

from __future__ import annotations

import base64
import json
import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.terminals.models import AccessToken, SpentAssertion
from apps.terminals.services import revoke_credential, set_status, tend
from apps.terminals.states import TerminalStatus
from tests.books import nothing_changes
from tests.terminals.signing import AUDIENCE, JWT_BEARER, Signer, ask_token, ed25519, p256, sign
from tests.terminals.test_token import FORM, ask
from tests.world import ALL_SCOPES, SETUP, problem

NOW = int(time.time())


def refused(answer: Any, code: str = "invalid-client") -> str:
    document = problem(answer, 401, code, media_type="application/json")
    assert (document["error"], answer["Cache-Control"]) == ("invalid_client", "no-store")
    return str(document["detail"])


def test_a_token_for_a_signature(signer: Signer) -> None:
    answer = ask_token(sign(signer.key, signer.client_id))
    token = answer.json()
    assert (answer.status_code, token["expires_in"], token["rotate_by"]) == (200, 900, None)
    assert set(token["scope"].split()) == set(ALL_SCOPES)
    signer.register.token = token["access_token"]
    assert signer.register.get("terminals/self").json()["credential"]["kind"] == "key"


@pytest.mark.parametrize("more", [{"kid": ""}, {"kid": "own"}, {"alg": "EdDSA"}, {"aud": "listed"}])
def test_ways_of_saying_it(signer: Signer, more: dict[str, Any]) -> None:
    if "kid" in more:
        more = {"kid": signer.key.thumbprint() if more["kid"] else None}
    if "aud" in more:
        more = {"aud": ["https://elsewhere.example", AUDIENCE]}
    if "alg" in more:
        assert ask_token(_signed_as_eddsa(signer)).status_code == 200
        return
    assert ask_token(sign(signer.key, signer.client_id, **more)).status_code == 200


def _signed_as_eddsa(signer: Signer) -> str:
    """By hand: the library that signs warns of the older name."""
    now = int(time.time())
    claims = {
        "iss": signer.client_id, "sub": signer.client_id, "aud": AUDIENCE,
        "iat": now, "exp": now + 30, "jti": "by-hand",
    }  # fmt: skip
    parts = [_b64(json.dumps(part).encode()) for part in ({"alg": "EdDSA"}, claims)]
    private: Any = signer.key.private_key
    return ".".join([*parts, _b64(private.sign(".".join(parts).encode()))])


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def test_the_client_id_may_stand_beside_it_if_it_is_the_same(signer: Signer) -> None:
    own = {"client_id": signer.client_id}
    assert ask_token(sign(signer.key, signer.client_id), **own).status_code == 200
    other = {"client_id": "01932f6e-0000-7000-8000-000000000000"}
    refused(ask_token(sign(signer.key, signer.client_id), **other))


def test_an_assertion_is_good_once(signer: Signer) -> None:
    assertion = sign(signer.key, signer.client_id)
    assert ask_token(assertion).status_code == 200
    with nothing_changes():
        assert "used before" in refused(ask_token(assertion))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"iss": None},
        {"aud": "https://elsewhere.example"},
        {"aud": None},
        {"jti": None},
        {"jti": ""},
        {"jti": "x" * 129},
        {"jti": 7},
        {"exp": None},
        {"iat": None},
        {"iat": True},
        {"iat": "now"},
        {"exp": NOW + 3600},
        {"iat": NOW, "exp": NOW},
        {"exp": float("inf")},
        {"iat": 1e300, "exp": 1e300},
    ],
)
def test_claims_that_do_not_do(signer: Signer, changes: dict[str, Any]) -> None:
    with nothing_changes():
        refused(ask_token(sign(signer.key, signer.client_id, **changes)))


@pytest.mark.parametrize("ahead", [9, -50])
def test_a_clock_a_little_off_does_no_harm(signer: Signer, ahead: int) -> None:
    iat = int(time.time()) + ahead
    answer = ask_token(sign(signer.key, signer.client_id, iat=iat, exp=iat + 60))
    assert answer.status_code == 200


@pytest.mark.parametrize("ahead", [15, 3600, -70, -3600])
def test_a_clock_far_off_is_told_so(signer: Signer, ahead: int) -> None:
    iat = int(time.time()) + ahead
    with nothing_changes():
        answer = ask_token(sign(signer.key, signer.client_id, iat=iat, exp=iat + 60))
        assert "our time" in refused(answer, "assertion-clock")


def test_a_foreign_signature_is_refused_whatever_its_clock(signer: Signer) -> None:
    iat = int(time.time()) + 3600
    with nothing_changes():
        refused(ask_token(sign(ed25519(), signer.client_id)))
        refused(ask_token(sign(ed25519(), signer.client_id, iat=iat, exp=iat + 60)))
        refused(ask_token(sign(p256(), signer.client_id)))
        refused(ask_token(sign(ed25519(), signer.client_id, kid=signer.key.thumbprint())))


@pytest.mark.parametrize(
    "text",
    ["", "x", "a.b.c", "....", "e30.e30.", "é.é.é", "W10.W10.AA", "eyJhbGciOiJub25lIn0.e30.", "A" * 5000],
)  # fmt: skip
def test_what_is_no_assertion(signer: Signer, text: str) -> None:
    with nothing_changes():
        answer = ask_token(text)
        assert answer.status_code in (400, 401), answer.content


def test_a_shared_secret_is_no_signature(signer: Signer) -> None:
    """HS256 with the public key as the secret: the oldest trick there is."""
    head, body = _b64(b'{"alg":"HS256"}'), _b64(json.dumps({"sub": signer.client_id}).encode())
    with nothing_changes():
        refused(ask_token(f"{head}.{body}.{_b64(b'x' * 32)}"))


def test_the_kind_of_assertion_has_to_be_named(signer: Signer) -> None:
    form = {"grant_type": "client_credentials", "client_assertion": "x"}
    problem(ask(form), 400, "invalid-request", media_type="application/json")
    form |= {"client_assertion_type": f"{JWT_BEARER}x"}
    problem(ask(form, content_type=FORM), 400, "invalid-request", media_type="application/json")


def test_a_revoked_key_gets_no_token(signer: Signer) -> None:
    credential = signer.register.terminal.credential_set.get(kind="key")
    revoke_credential(credential, actor=SETUP, now=timezone.now())
    with nothing_changes():
        refused(ask_token(sign(signer.key, signer.client_id)))


def test_a_suspended_register_gets_no_token(signer: Signer) -> None:
    terminal = signer.register.terminal
    terminal.refresh_from_db()
    set_status(terminal, TerminalStatus.SUSPENDED, actor=SETUP, now=timezone.now())
    with nothing_changes():
        refused(ask_token(sign(signer.key, signer.client_id)))


def test_used_assertions_are_forgotten_when_they_could_not_come_again(signer: Signer) -> None:
    count = SpentAssertion.objects.count()
    tend(now=timezone.now() + timedelta(minutes=5))
    assert SpentAssertion.objects.count() == count
    tend(now=timezone.now() + timedelta(minutes=7))
    assert SpentAssertion.objects.count() == 0


def test_tokens_live_as_long_as_the_settings_say(signer: Signer, settings: Any) -> None:
    settings.TOKEN_LIFE_S = 3
    assert signer.token().json()["expires_in"] == 3
    later = timezone.now() + timedelta(seconds=3, milliseconds=1)
    with time_machine.travel(later, tick=False), nothing_changes():
        problem(signer.register.get("changes"), 401, "token-expired")


def test_a_token_costs_a_fixed_number_of_statements(
    signer: Signer, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(7):  # two of them savepoints
        assert signer.token().status_code == 200
    assert AccessToken.objects.exclude(revoked_at=None).count() == 0
