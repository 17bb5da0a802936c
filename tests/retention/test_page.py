"""The months as people see them: the page, and the command."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from apps.accounts.models import Role
from apps.retention.commands import after
from tests.admin.conftest import client_of
from tests.retention.months import PRESENT
from tests.world import Register

pytestmark = pytest.mark.django_db


def get(role: str) -> Any:
    return client_of(Role(role)).get(reverse("admin:months"))


def test_who_was_given_some_shops_sees_no_page_about_the_whole(register: Register) -> None:
    browser = client_of(Role.AUDITOR, register.store)
    assert browser.get(reverse("admin:months")).status_code == 403


@pytest.mark.parametrize(
    ("role", "status"), [("it_administrator", 200), ("auditor", 200), ("store_manager", 403)]
)
def test_who_may_look(role: str, status: int) -> None:
    assert get(role).status_code == status


def test_the_page_names_months_and_states(
    settings: Any, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    body = get("auditor").content.decode()
    assert "ARCHIVE_FOLDER names no folder" in body
    assert "beside the present one" not in body
    assert body.count("Kept for ever, since there is no folder") == 4
    assert "and until their month is archived" not in body
    settings.ARCHIVE_FOLDER = str(tmp_path)
    browser = client_of(Role.IT_ADMINISTRATOR)
    with django_assert_max_num_queries(20):
        body = browser.get(reverse("admin:months")).content.decode()
    assert "ARCHIVE_FOLDER names no folder" not in body
    for said in (
        "Trail",
        f"{PRESENT:%B %Y} and before",
        f"{after(PRESENT):%B %Y}",
        "Nothing was put away so far.",
        "Kept for 24 months beside the present one",
        "and until their month is archived",
        "being filled",
        "made ahead",
    ):
        assert said in body


def test_the_command_says_the_same() -> None:
    out = StringIO()
    call_command("partitions", "--make", "--archive", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == 25
    assert lines[0].split()[:4] == ["Trail", f"{PRESENT:%B}", f"{PRESENT:%Y}", "and"]
    assert lines[0].endswith("being filled")
    assert lines[4].endswith("empty")
