"""Policies in a real browser: tables get rows, rules are switched on, and nothing complains."""

from __future__ import annotations

from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import Role
from apps.accounts.services import create_user
from apps.returns.models import PolicyVersion, ReturnPolicy
from apps.returns.services import backtesting, versions
from tests.browser.test_admin_pages import (
    PASSWORD,
    beyond_the_screen,
    browser_page,
    log_in,
    pytestmark,
)
from tests.world import SETUP, Register

__all__ = ["pytestmark"]


def _draft() -> PolicyVersion:
    create_user(username="ines", password=PASSWORD, role=Role.IT_ADMINISTRATOR)
    return versions.draft_version(ReturnPolicy.objects.get(), actor=SETUP, now=timezone.now())


def test_a_rule_is_switched_on_and_its_table_gets_a_row(
    live_server: LiveServer, register: Register
) -> None:
    draft = _draft()
    complaints: list[str] = []
    with browser_page(complaints) as page:
        log_in(page, live_server)
        page.goto(f"{live_server.url}/admin/returns/policyversion/{draft.pk}/change/")
        hidden = page.is_hidden("[name='conditions.rows[0].condition']")
        page.check("[name='on.conditions']")
        page.fill("[name='conditions.rows[0].condition']", "opened")
        page.click("#rule-conditions [data-add-row]")
        page.fill("[name='conditions.rows[1].condition']", "damaged")
        page.select_option("[name='conditions.rows[1].accept']", "deny")
        page.click("text=Save the draft")
        page.wait_for_selector("text=is saved. It decides nothing yet.")

    draft.refresh_from_db()
    rows = [{"condition": "opened"}, {"condition": "damaged", "accept": "deny"}]
    assert draft.rules["conditions"] == {"rows": rows}
    assert hidden
    assert complaints == []


def test_the_pages_fit_a_narrow_screen(live_server: LiveServer, register: Register) -> None:
    draft = _draft()
    number = register.take_back(register.sell()).json()["number"]
    test = backtesting.ask_back_test(draft, days=9, actor=SETUP, now=timezone.now())
    backtesting.carry_on_back_tests(clock=timezone.now)
    first = PolicyVersion.objects.get(version=1)
    paths = [
        f"policyversion/{draft.pk}/change/",
        f"policyversion/{draft.pk}/publish/",
        f"policyversion/{first.pk}/change/",
        f"policyversion/{draft.pk}/try/?q={number}",
        f"policyversion/{draft.pk}/back-test/",
        f"backtest/{test.pk}/change/",
        "backtestcase/",
        f"returnpolicy/which/?store={register.store.pk}&channel=store",
    ]
    complaints: list[str] = []
    with browser_page(complaints, viewport={"width": 360, "height": 740}) as page:
        log_in(page, live_server)
        beyond = beyond_the_screen(page, f"{live_server.url}/admin/returns/", paths)

    assert beyond == dict.fromkeys(paths, 0)
    assert complaints == []
