"""The process that waits refuses as the API does: the same codes, documents and headers."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import requests

from apps.events.models import FeedHead
from apps.terminals.models import AccessToken, TerminalProfile
from tests.streams.asking import ask
from tests.streams.process import StreamProcess
from tests.streams.world import cursor_of, make_token
from tests.world import Register, make_register, problem, profile_of

NOWHERE = "returns/01932f6e-0000-7000-8000-000000000000"
PATHS = ("changes", "changes/stream", NOWHERE)


@pytest.mark.parametrize("path", PATHS)
def test_without_a_token(streams: StreamProcess, path: str) -> None:
    answer = ask(streams, None, path)
    problem(answer, 401, "token-missing")
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize("path", PATHS)
def test_with_a_token_that_is_none_or_none_any_more(
    streams: StreamProcess, register: Register, path: str
) -> None:
    ended = make_token(register, ends_in=timedelta(seconds=-1))
    problem(ask(streams, ended, path), 401, "token-expired")
    AccessToken.objects.all().delete()
    problem(ask(streams, register, path), 401, "token-invalid")


@pytest.mark.parametrize("path", PATHS)
def test_without_the_scope(streams: StreamProcess, register: Register, path: str) -> None:
    narrow = make_token(register, ends_in=timedelta(minutes=1), scopes=("sales",))
    problem(ask(streams, narrow, path), 403, "scope-missing")


@pytest.mark.parametrize("path", ["changes", "changes/stream"])
def test_with_a_cursor_of_another_epoch_or_of_nobody(
    streams: StreamProcess, register: Register, path: str
) -> None:
    cursor = cursor_of(register)
    problem(ask(streams, register, path, after=cursor[:-1]), 400, "cursor-invalid")
    FeedHead.objects.update(epoch=uuid4())
    document = problem(ask(streams, register, path, after=cursor), 410, "cursor-expired")
    assert document["link"].endswith("/api/v1/changes/resync")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("changes", {"wait": "26"}),
        ("changes", {"limit": "0"}),
        ("changes", {"pause": "1"}),
        ("changes/stream", {"limit": "1"}),
        ("changes/stream", {"after": "x" * 257}),
        (NOWHERE, {"wait": "money"}),
    ],
)
def test_with_what_is_not_in_the_contract(
    streams: StreamProcess, register: Register, path: str, query: dict[str, str]
) -> None:
    document = problem(ask(streams, register, path, **query), 400, "invalid-request")
    assert [error["field"] for error in document["errors"]] == list(query)


@pytest.mark.parametrize("path", PATHS)
def test_with_a_card_number(streams: StreamProcess, register: Register, path: str) -> None:
    answer = ask(streams, register, path, after="4242 4242 4242 4242")
    problem(answer, 422, "card-data-refused")
    assert b"4242" not in answer.content


def test_too_often(streams: StreamProcess) -> None:
    register = make_register(number="77")
    TerminalProfile.objects.filter(pk=profile_of(register).pk).update(rate_per_second=1, burst=2)
    answers = [ask(streams, register, "changes") for _ in range(4)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    problem(refused[0], 429, "rate-limited")
    assert refused[0]["Retry-After"] == "1"


def test_what_is_not_served_here(streams: StreamProcess, register: Register) -> None:
    problem(ask(streams, register, "terminals/self"), 404, "not-found")
    problem(ask(streams, register, "changes/"), 404, "not-found")
    headers = {"Authorization": f"Bearer {register.token}"}
    posted = requests.post(f"{streams.url}changes", headers=headers, timeout=30)
    assert (posted.status_code, posted.json()["code"]) == (405, "method-not-allowed")
    elsewhere = requests.get(f"{streams.base}/admin/login/", timeout=30)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "not-found")


def test_a_register_that_accepts_a_stream_only_is_let_in_and_refused_in_json(
    streams: StreamProcess, register: Register
) -> None:
    headers = {"Authorization": "Bearer none", "Accept": "text/event-stream"}
    refused = requests.get(f"{streams.url}changes/stream", headers=headers, timeout=30)
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "token-invalid"


def test_bytes_that_are_no_text_do_no_harm(streams: StreamProcess, register: Register) -> None:
    for query in ("after=%ff%fe", "after=%00", "wait=%E2%82%AC"):
        path = f"{streams.url}changes?{query}"
        headers = {"Authorization": f"Bearer {register.token}"}
        assert requests.get(path, headers=headers, timeout=30).status_code == 400


def test_it_says_how_it_is(streams: StreamProcess) -> None:
    assert requests.get(f"{streams.base}/healthz", timeout=30).json() == {"status": "ok"}
    assert requests.get(f"{streams.base}/readyz", timeout=30).json()["status"] == "ready"
