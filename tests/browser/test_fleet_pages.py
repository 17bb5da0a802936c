"""The fleet in a real browser: codes that are waited for, rows that are ticked, narrow screens."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import Role
from apps.accounts.services import create_user
from apps.terminals.models import Rotation, RotationPolicy
from tests.browser.test_admin_pages import (
    PASSWORD,
    beyond_the_screen,
    browser_page,
    log_in,
    pytestmark,
)
from tests.terminals.fleet import make_notice, order
from tests.terminals.signing import ed25519, public
from tests.world import Register

__all__ = ["pytestmark"]


@pytest.fixture
def fleet(register: Register) -> str:
    """A register with a rotation, a policy and a notice; its address in the admin."""
    create_user(username="ines", password=PASSWORD, role=Role.IT_ADMINISTRATOR)
    order([register.terminal], starts_at=timezone.now())
    RotationPolicy.objects.create()
    make_notice(register.terminal)
    return f"/admin/terminals/terminal/{register.terminal.pk}/"


def test_the_code_page_sees_the_register_enrol(live_server: LiveServer, fleet: str) -> None:
    complaints: list[str] = []
    key = public(ed25519())
    with browser_page(complaints) as page:
        log_in(page, live_server)
        page.goto(f"{live_server.url}{fleet}do/enrolment-code/")
        page.click("main button[type=submit]")
        code = page.inner_text(".code .copyable")
        answer = page.request.post(
            f"{live_server.url}/api/v1/terminals/enrol", data={"code": code, "jwk": key}
        )
        page.wait_for_selector("text=Enrolled", timeout=30_000)
        box = page.locator("svg.qr").bounding_box()
        page.reload()
        after = page.inner_text("main")

    assert re.fullmatch(r"([A-Z2-7]{4}-){5}[A-Z2-7]{4}", code)
    assert answer.status == 201
    assert box is not None
    assert box["width"] > 150
    assert "It did its work once, and not again." in after
    assert complaints == []


def test_buttons_appear_with_the_first_tick_and_ask(live_server: LiveServer, fleet: str) -> None:
    complaints: list[str] = []
    with browser_page(complaints) as page:
        log_in(page, live_server)
        page.goto(f"{live_server.url}/admin/terminals/terminal/")
        before = page.locator(".bulk .button:visible").count()
        page.check("text=all on this page")
        ticked = page.inner_text(".bulk [data-ticked]")
        page.click(".bulk >> text=Suspend")
        asked = page.inner_text("main")

    assert (before, ticked) == (0, "chosen: 1")
    assert "1 register is refused from its next request on" in asked
    assert complaints == []


def test_the_pages_of_the_fleet_fit_a_narrow_screen(live_server: LiveServer, fleet: str) -> None:
    complaints: list[str] = []
    rotation = f"/admin/terminals/rotation/{Rotation.objects.get().pk}/change/"
    policy = f"/admin/terminals/rotationpolicy/{RotationPolicy.objects.get().pk}/change/"
    lists = ["terminal/", "notice/", "rotation/", "rotationpolicy/", "credential/"]
    forms = ["terminal/add/", "terminal/import/", "rotation/add/", "rotationpolicy/add/"]
    paths = [f"/admin/terminals/{path}" for path in [*lists, *forms]]
    paths += [f"{fleet}change/", rotation, policy]
    with browser_page(complaints, viewport={"width": 360, "height": 740}) as page:
        log_in(page, live_server)
        beyond = beyond_the_screen(page, live_server.url, paths)

    assert beyond == dict.fromkeys(paths, 0)
    assert complaints == []
