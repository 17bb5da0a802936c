"""Staff access in a real browser: the second factor, and every page under the content policy."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django_otp.oath import totp
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import Role
from apps.accounts.services import create_user
from apps.stores.models import Store
from tests.admin.helpers import page as page_of
from tests.admin.helpers import registered, url
from tests.browser.test_admin_pages import CHROMIUM, PASSWORD, browser_page, log_in
from tests.world import Register, card, pay_out

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


def picture(page: Page, name: str) -> None:
    """A picture of the page, where somebody wants to look at it: PICTURES names the folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_second_factor_is_set_up_and_asked_for(
    live_server: LiveServer, db: None, settings: Any
) -> None:
    settings.STAFF_MFA = True
    create_user(username="ines", password=PASSWORD, role=Role.IT_ADMINISTRATOR)
    complaints: list[str] = []
    with browser_page(complaints) as page:
        log_in(page, live_server)
        picture(page, "set-up")
        wide = page.locator("svg.qr").bounding_box()
        secret = page.locator("details code").text_content() or ""
        key = base64.b32decode(secret.replace("-", ""))
        page.fill("[name=code]", f"{totp(key):06d}")
        page.click("button[type=submit]")
        codes = page.locator(".keepsakes li").all_inner_texts()
        picture(page, "recovery-codes")
        page.click("text=I have kept them")
        page.click("#user-tools a")
        account = page.inner_text("main")
        picture(page, "account")
        page.click("text=Log out >> nth=0")
        log_in(page, live_server)
        picture(page, "code")
        page.fill("[name=code]", codes[0])
        page.click("button[type=submit]")
        home = page.inner_text("main")

    assert wide is not None
    assert wide["width"] > 150
    assert len(codes) == 10
    assert "10 recovery codes are left" in account
    assert "Welcome" in home
    assert complaints == []


def test_every_page_runs_under_the_content_policy(
    live_server: LiveServer, register: Register
) -> None:
    create_user(username="ines", password=PASSWORD, role=Role.IT_ADMINISTRATOR)
    shop = Store.objects.get()
    create_user(username="mara", password=PASSWORD, role=Role.STORE_MANAGER, shops=[shop.pk])
    register.take_back(register.sell(tenders=[card(1530)]), "2")
    pay_out()
    shop.name = "Harbour"
    shop.save()
    new, old = shop.history.all()[:2]
    own = ("index", "account", "password_change", "access_review", "error_queue", "encryption_keys")
    compare = f"{url(Store, 'compare', shop.pk)}?a={new.pk}&b={old.pk}"
    addresses = [reverse(f"admin:{name}") for name in own]
    addresses += [url(Store, "history", shop.pk), compare, url(Store, "restore", shop.pk, old.pk)]
    addresses += ["/admin/no-such-page/"]
    for model in registered():
        addresses.append(url(model))
        thing = model._default_manager.first()
        if thing is not None:
            addresses.append(page_of(thing))
    complaints: list[str] = []
    with browser_page(complaints) as page:
        log_in(page, live_server)
        statuses = {}
        for address in addresses:
            answer = page.goto(f"{live_server.url}{address}")
            statuses[address] = answer.status if answer else 0
            if address.startswith(("/admin/access", "/admin/stores/store", "/admin/accounts")):
                picture(page, address.strip("/").replace("/", "-").partition("?")[0])
    complaints = [one for one in complaints if "404 (Not Found)" not in one]

    assert {address for address, status in statuses.items() if status != 200} == {
        "/admin/no-such-page/"
    }
    assert complaints == []
