"""The pages of integrations in a real browser: the result follows the template; nothing complains."""

from __future__ import annotations

from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import Role
from apps.accounts.services import create_user
from apps.integrations.models import Mapping
from apps.integrations.services import add_destination
from tests.browser.test_admin_pages import (
    PASSWORD,
    beyond_the_screen,
    browser_page,
    log_in,
    pytestmark,
)
from tests.integrations.dead import make_dead
from tests.world import SETUP, Register

__all__ = ["pytestmark"]


def test_the_result_follows_what_is_typed(live_server: LiveServer, register: Register) -> None:
    create_user(username="ines", password=PASSWORD, role=Role.IT_ADMINISTRATOR)
    register.take_back(register.sell(), "1")
    mapping = Mapping.objects.create(name="ERP")
    complaints: list[str] = []
    with browser_page(complaints) as page:
        log_in(page, live_server)
        page.goto(f"{live_server.url}/admin/integrations/mapping/{mapping.pk}/change/")
        page.fill("#id_template", '{"shop": "=store", "kind": "=type"}')
        page.wait_for_selector("[data-result]:has-text('return.completed')")
        result = page.inner_text("[data-result]")
        page.fill("#id_template", '{\n"shop": "=store["}')
        page.wait_for_selector("[data-said]:has-text('$.shop (line 2)')")

    assert '"shop": "0042"' in result
    assert complaints == []


def test_the_pages_fit_a_narrow_screen(live_server: LiveServer, db: None) -> None:
    create_user(username="ines", password=PASSWORD, role=Role.IT_ADMINISTRATOR)
    erp, _ = add_destination(
        name="ERP", url="https://erp.example/hooks", actor=SETUP, now=timezone.now()
    )
    make_dead(erp, 2)
    paths = [
        "error-queue/",
        "integrations/destination/",
        f"integrations/destination/{erp.pk}/change/",
        "integrations/delivery/",
    ]
    complaints: list[str] = []
    with browser_page(complaints, viewport={"width": 360, "height": 740}) as page:
        log_in(page, live_server)
        beyond = beyond_the_screen(page, f"{live_server.url}/admin/", paths)

    assert beyond == dict.fromkeys(paths, 0)
    assert complaints == []
