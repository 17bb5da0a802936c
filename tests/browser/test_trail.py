"""The trail of a return in a real browser: found by its receipt, read like a story, taken along."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import Role
from apps.accounts.services import create_user
from apps.audit.services.checkpoints import write_checkpoint
from apps.events.services import place_events
from apps.returns.models import CustomerReturn
from tests.browser.test_admin_pages import (
    CHROMIUM,
    PASSWORD,
    beyond_the_screen,
    browser_page,
    log_in,
)
from tests.insights.test_story import destination, tell
from tests.world import Register, card, pay_out

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@pytest.fixture
def told(register: Register, settings: Any, tmp_path: Path) -> CustomerReturn:
    settings.AUDIT_CHECKPOINTS = str(tmp_path)
    create_user(username="ines", password=PASSWORD, role=Role.AUDITOR)
    register.take_back(register.sell(tenders=[card(1530)]), "2")
    pay_out()
    place_events()
    tell(destination("Tryton, main books", "tryton"), tries=2)
    write_checkpoint(now=timezone.now())
    return CustomerReturn.objects.get()


def test_an_auditor_finds_reads_and_takes_along_a_return(
    live_server: LiveServer, told: CustomerReturn
) -> None:
    complaints: list[str] = []
    assert told.sale is not None
    receipt = told.sale.receipt_number
    with browser_page(complaints) as page:
        log_in(page, live_server)
        page.goto(f"{live_server.url}/admin/audit/auditentry/")
        page.fill("[name=q]", receipt)
        page.press("[name=q]", "Enter")
        found = page.inner_text("main table")
        page.goto(f"{live_server.url}/admin/returns/customerreturn/{told.pk}/")
        titles = page.locator("ol.story h2").all_inner_texts()
        story = page.inner_text("ol.story")
        with page.expect_download() as download:
            page.click("text=Auditor pack")
        packed = download.value.suggested_filename
        forms = page.locator("#content form").count()

    assert [a for a in ("sale.recorded", "return.completed", "refund.succeeded") if a in found] == [
        "sale.recorded", "return.completed", "refund.succeeded",
    ]  # fmt: skip
    assert [title.split("\n")[0].split(" Approved")[0].strip() for title in titles][:3] == [
        "The sale", "The request", "The decision",
    ]  # fmt: skip
    assert [title.strip() for title in titles][-3:] == [
        "What other systems answered", "The trail", "The proof",
    ]  # fmt: skip
    for said in ("May come back.", "Paid back", "Tryton, main books", "checkpoint 1"):
        assert said in story, said
    assert packed == f"return-{told.number}.zip"
    assert forms == 0, "nothing to press but what takes it along"
    assert complaints == []


def test_its_pages_fit_a_narrow_screen(live_server: LiveServer, told: CustomerReturn) -> None:
    complaints: list[str] = []
    paths = [
        "audit/auditentry/", "audit/auditentry/export/?shop=0042", "audit/trailexport/",
        f"returns/customerreturn/{told.pk}/",
    ]  # fmt: skip
    with browser_page(complaints, viewport={"width": 360, "height": 740}) as page:
        log_in(page, live_server)
        beyond = beyond_the_screen(page, f"{live_server.url}/admin/", paths)

    assert beyond == dict.fromkeys(paths, 0)
    assert complaints == []
