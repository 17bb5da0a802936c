"""OAuth 2.0 client credentials, as RFC 6749 says it, with our problem members beside."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from django.test import Client
from django.utils import timezone

from apps.terminals.models import AccessToken, Credential
from apps.terminals.services import issue_secret, prune_tokens, set_status
from apps.terminals.states import TerminalStatus
from tests.books import books, nothing_changes
from tests.world import ALL_SCOPES, SETUP, Register, problem

FORM = "application/x-www-form-urlencoded"


def ask(
    body: dict[str, Any] | str, *, basic: tuple[str, str] | str = "", content_type: str = FORM
) -> Any:
    """POST oauth/token; `basic` is a pair to encode, or the header's value as it stands."""
    headers = {}
    if basic:
        given = base64.b64encode(":".join(map(quote_plus, basic)).encode()).decode()
        headers["Authorization"] = f"Basic {given}" if isinstance(basic, tuple) else basic
    raw = body if isinstance(body, str) else urlencode(body)
    return Client(raise_request_exception=False).generic(
        "POST", "/api/v1/oauth/token", raw, content_type=content_type, headers=headers
    )


def identity(register: Register) -> dict[str, str]:
    return {"client_id": str(register.terminal.pk), "client_secret": register.secret}


GRANT = {"grant_type": "client_credentials"}


def _refused(response: Any, status: int, error: str) -> None:
    code = error.replace("_", "-")
    document = problem(response, status, code, media_type="application/json")
    assert (document["error"], bool(document["error_description"])) == (error, True)
    assert response["Cache-Control"] == "no-store"
    assert response.get("WWW-Authenticate", "") == (
        'Basic realm="oauth/token"' if status == 401 else ""
    )


def test_a_token_by_basic(register: Register) -> None:
    pair = (str(register.terminal.pk), register.secret)
    response = ask(GRANT, basic=pair)
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    token = response.json()
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 900)
    assert set(token["scope"].split()) == set(ALL_SCOPES)
    register.token = token["access_token"]
    assert register.get("terminals/self").json()["store"] == "0042"


def test_a_token_by_body(register: Register) -> None:
    register.token = ask(GRANT | identity(register)).json()["access_token"]
    assert register.get("changes").status_code == 200


def test_a_token_is_kept_as_its_hash_only(register: Register) -> None:
    token = ask(GRANT | identity(register)).json()["access_token"]
    kept = AccessToken.objects.latest("pk")
    assert (len(bytes(kept.token_hash)), kept.expires_at - kept.issued_at) == (
        32,
        timedelta(minutes=15),
    )
    assert token not in str(books())
    assert register.secret not in str(books())


def test_a_new_token_ends_no_old_one(register: Register) -> None:
    old = register.token
    register.token = ask(GRANT | identity(register)).json()["access_token"]
    assert register.get("changes").status_code == 200
    register.token = old
    assert register.get("changes").status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_secret": "wrong"},
        {"client_secret": ""},
        {"client_id": "01932f6e-0000-7000-8000-000000000000"},
        {"client_id": "till-03"},
        {"client_id": ""},
    ],
)
def test_a_wrong_id_or_secret_is_refused_and_never_which(
    register: Register, wrong: dict[str, str]
) -> None:
    with nothing_changes():
        pair = {**identity(register), **wrong}
        responses = [
            ask(GRANT | {name: value for name, value in pair.items() if value}),
            ask(GRANT, basic=(pair["client_id"], pair["client_secret"])),
        ]
        for response in responses:
            _refused(response, 401, "invalid_client")
            assert response.json()["detail"] == "Unknown client or wrong secret."


@pytest.mark.parametrize(
    "header", ["Basic", "Basic ", "Basic !!!", "Basic /w==", "Basic YWJj", "basic Og==", "Digest x"]
)
def test_a_malformed_header_is_a_wrong_client(register: Register, header: str) -> None:
    _refused(ask(GRANT, basic=header), 401, "invalid_client")


@pytest.mark.parametrize("grant", ["password", "authorization_code", "Client_Credentials"])
def test_another_grant_is_refused(register: Register, grant: str) -> None:
    response = ask({"grant_type": grant, **identity(register)})
    _refused(response, 400, "unsupported_grant_type")


@pytest.mark.parametrize("body", ["", "grant_type=", "scope=read", "grant_type=a%00b"])
def test_a_form_without_a_grant_is_refused(register: Register, body: str) -> None:
    response = ask(body)
    document = problem(response, 400, "invalid-request", media_type="application/json")
    assert document["error"] == "invalid_request"


def test_fewer_scopes_can_be_asked_for(register: Register) -> None:
    token = ask(GRANT | identity(register) | {"scope": "read stock"}).json()
    assert token["scope"] == "read stock"
    register.token = token["access_token"]
    assert register.get("changes").status_code == 200
    problem(register.post("sales", {}), 403, "scope-missing")


@pytest.mark.parametrize("scope", ["backdate", "read backdate", "everything", "read,stock"])
def test_a_scope_the_profile_lacks_is_refused(register: Register, scope: str) -> None:
    before = AccessToken.objects.count()
    _refused(ask(GRANT | identity(register) | {"scope": scope}), 400, "invalid_scope")
    assert AccessToken.objects.count() == before


@pytest.mark.parametrize("status", [TerminalStatus.SUSPENDED, TerminalStatus.RETIRED])
def test_a_register_that_is_not_active_gets_none(
    register: Register, status: TerminalStatus
) -> None:
    set_status(register.terminal, status, actor=SETUP, now=timezone.now())
    _refused(ask(GRANT | identity(register)), 401, "invalid_client")


def test_json_is_not_spoken_here(register: Register) -> None:
    response = ask('{"grant_type": "client_credentials"}', content_type="application/json")
    problem(response, 415, "unsupported-media-type")


def test_a_form_over_1_mib_is_refused(register: Register) -> None:
    problem(ask("grant_type=" + "x" * 1024 * 1024), 413, "body-too-large")


def test_a_form_of_a_thousand_fields_is_refused(register: Register) -> None:
    problem(ask("&".join(f"a{n}=1" for n in range(2_000))), 400, "invalid-request")


@pytest.mark.parametrize("charset", ["hex", "utf-16", "nonsense"])
def test_a_form_is_utf8_whatever_charset_the_header_names(register: Register, charset: str) -> None:
    response = ask(GRANT | identity(register), content_type=f"{FORM}; charset={charset}")
    assert response.status_code == 200, response.content


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_post_gives_tokens(register: Register, method: str) -> None:
    response = getattr(register.client, method)("/api/v1/oauth/token")
    problem(response, 405, "method-not-allowed")


def test_tokens_long_over_are_forgotten(register: Register) -> None:
    day = timedelta(days=1, seconds=1)
    AccessToken.objects.update(expires_at=timezone.now() - day)
    ask(GRANT | identity(register))
    assert prune_tokens(now=timezone.now()) == 1
    assert AccessToken.objects.count() == 1


def test_a_new_secret_lives_beside_the_old_one_until_it_is_used(register: Register) -> None:
    old = identity(register)
    register.secret = issue_secret(register.terminal, actor=SETUP, now=timezone.now())
    assert ask(GRANT | old).status_code == 200
    assert _statuses() == ["active", "pending"]
    assert ask(GRANT | identity(register)).status_code == 200
    assert _statuses() == ["retiring", "active"]
    assert ask(GRANT | old).status_code == 200


def _statuses() -> list[str]:
    return list(Credential.objects.order_by("created_at").values_list("status", flat=True))


def test_the_old_secret_and_its_tokens_end_with_the_overlap(register: Register) -> None:
    old, old_token = identity(register), register.token
    register.secret = issue_secret(register.terminal, actor=SETUP, now=timezone.now())
    fresh = ask(GRANT | identity(register)).json()["access_token"]
    retiring = Credential.objects.get(status="retiring")
    assert retiring.not_after is not None
    assert timedelta(hours=23) < retiring.not_after - timezone.now() <= timedelta(hours=24)
    Credential.objects.filter(pk=retiring.pk).update(not_after=timezone.now())
    _refused(ask(GRANT | old), 401, "invalid_client")
    register.token = old_token
    problem(register.get("changes"), 401, "token-expired")
    register.token = fresh
    assert register.get("changes").status_code == 200


def test_a_secret_that_was_never_used_is_replaced_by_the_next(register: Register) -> None:
    lost = issue_secret(register.terminal, actor=SETUP, now=timezone.now())
    found = issue_secret(register.terminal, actor=SETUP, now=timezone.now())
    assert _statuses() == ["active", "revoked", "pending"]
    client_id = str(register.terminal.pk)
    wrong = {"client_id": client_id, "client_secret": lost}
    _refused(ask(GRANT | wrong), 401, "invalid_client")
    assert ask(GRANT | {"client_id": client_id, "client_secret": found}).status_code == 200


def test_a_secret_says_what_it_is(register: Register) -> None:
    kind, env, credential, rest = register.secret.split("_", 3)
    assert (kind, env, len(credential)) == ("rk", "test", 32)
    assert Credential.objects.get().hint == register.secret[:16]
    assert len(rest) >= 43 + 8
