"""The admin in a real browser: it logs in, looks at the main pages, and the content policy holds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import Role
from apps.accounts.services import create_user
from apps.events.services import place_events
from apps.returns.models import CustomerReturn
from tests.world import Register, card, pay_out

PASSWORD = "quiet-harbour-42"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
_TELL = "document.addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective))"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium on this machine (looked for chromium, google-chrome)"
    ),
]


@contextmanager
def browser_page(complaints: list[str], **options: Any) -> Iterator[Page]:
    """A page in a fresh browser; what its console complains of is noted."""
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--no-proxy-server",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        context = browser.new_context(**options)
        context.add_init_script(_TELL)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        browser.close()


def beyond_the_screen(page: Any, start: str, paths: list[str]) -> dict[str, int]:
    """By how many pixels each page behind `start` is wider than the screen; 0: it fits."""
    beyond = {}
    for path in paths:
        page.goto(f"{start}{path}")
        beyond[path] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return beyond


def log_in(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/admin/")
    page.fill("[name=username]", "ines")
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")


@pytest.fixture
def number(register: Register) -> str:
    """A return that is told to the end, and somebody who may read it."""
    create_user(username="ines", password=PASSWORD, role=Role.IT_ADMINISTRATOR)
    register.take_back(register.sell(tenders=[card(1530)]), "2")
    pay_out()
    place_events()
    return CustomerReturn.objects.get().number


def test_home_and_a_story_open_without_breaking_the_content_policy(
    live_server: LiveServer, number: str
) -> None:
    complaints: list[str] = []
    with browser_page(complaints) as page:
        log_in(page, live_server)
        home = page.inner_text("main")
        page.click("nav.places:visible >> text=Returns")
        page.click(f"text={number}")
        story = page.inner_text("main")
        copy_buttons = page.locator(".copy").count()

    assert "Returns today" in home
    assert "May come back." in story
    assert "Paid back" in story
    assert copy_buttons > 0
    assert complaints == []


def test_the_pages_fit_a_narrow_screen(live_server: LiveServer, number: str) -> None:
    complaints: list[str] = []
    paths = [
        "",
        "returns/customerreturn/",
        "sales/sale/",
        "terminals/terminal/",
        "audit/auditentry/",
    ]
    with browser_page(complaints, viewport={"width": 360, "height": 740}) as page:
        log_in(page, live_server)
        beyond = beyond_the_screen(page, f"{live_server.url}/admin/", paths)
        page.click("details.menu summary")
        places = page.inner_text("details.menu")

    assert beyond == dict.fromkeys(paths, 0)
    assert "Registers" in places
    assert complaints == []


def test_a_filter_shows_its_result_when_it_is_chosen(live_server: LiveServer, number: str) -> None:
    complaints: list[str] = []
    with browser_page(complaints) as page:
        log_in(page, live_server)
        page.goto(f"{live_server.url}/admin/returns/customerreturn/")
        page.select_option("[name=decision]", "denied")
        page.wait_for_url("**/?decision=denied")
        nothing = page.inner_text("main")

    assert "Nothing matches." in nothing
    assert complaints == []


def test_it_works_without_scripts(live_server: LiveServer, number: str) -> None:
    complaints: list[str] = []
    with browser_page(complaints, java_script_enabled=False) as page:
        log_in(page, live_server)
        page.goto(f"{live_server.url}/admin/returns/customerreturn/")
        page.fill("[name=q]", number)
        page.click("text=Show")
        found = page.inner_text("main")
        page.click("text=Log out")
        gone = page.inner_text("main")

    assert number in found
    assert "You are logged out" in gone
