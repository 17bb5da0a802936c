"""What cannot be read gets our own answers, and every answer its headers."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.models import Role
from apps.common.problems import PROBLEMS
from tests.admin.conftest import client_of
from tests.world import Register

ADMIN, API = "/admin/login/", "/api/v1/returns"


@pytest.fixture
def calm() -> Client:
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


@pytest.fixture
def it(db: None) -> Client:
    return client_of(Role.IT_ADMINISTRATOR)


def test_a_foreign_host(calm: Client, db: None) -> None:
    page = calm.get(ADMIN, headers={"Host": "evil.example"})
    document = calm.get(API, headers={"Host": "evil.example"})

    assert (page.status_code, "Not understood" in page.content.decode()) == (400, True)
    assert (document.status_code, document.json()["code"]) == (400, "request-malformed")
    assert "evil" not in page.content.decode() + document.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("q=%FF%FE", id="bytes"),
        pytest.param("q=%00", id="nul"),
        pytest.param("q=%zz%", id="percent"),
    ],
)
def test_a_query_that_is_none(register: Register, it: Client, query: str) -> None:
    it.raise_request_exception = False
    for address in ("/admin/sales/sale/", "/admin/returns/customerreturn/", "/admin/stores/store/"):
        answer = it.get(f"{address}?{query}")
        assert answer.status_code in (200, 400), (address, answer.status_code)
    listed = register.client.get(f"/api/v1/returns?number={query[2:]}", headers=register._headers())
    assert listed.status_code in (200, 400), listed.content


def test_an_unknown_charset(calm: Client, db: None) -> None:
    kind = "application/x-www-form-urlencoded; charset=none-such"

    answer = calm.generic("POST", ADMIN, b"username=x", content_type=kind)
    document = calm.generic("POST", "/api/v1/oauth/token", b"grant_type=x", content_type=kind)

    assert answer.status_code in (400, 403)
    assert document.status_code in (400, 415)
    assert document.json()["code"] in PROBLEMS


def test_a_form_without_its_token(calm: Client, db: None) -> None:
    answer = calm.post(ADMIN, {"username": "x", "password": "x"})

    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()


def test_every_page_of_the_admin_has_its_headers(calm: Client, db: None) -> None:
    headers = calm.get(ADMIN).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "camera=()" in headers["Permissions-Policy"]
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_cookies_are_for_us_alone(calm: Client, db: None) -> None:
    cookie = calm.get(ADMIN).cookies["csrftoken"]

    assert (cookie["samesite"], cookie["httponly"], cookie["path"]) == ("Lax", True, "/")
