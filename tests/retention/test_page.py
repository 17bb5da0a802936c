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

pytestmark = pytest.mark.django_db


def get(role: str) -> Any:
    return client_of(Role(role)).get(reverse("admin:months"))


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
    settings.ARCHIVE_FOLDER = str(tmp_path)
    browser = client_of(Role.IT_ADMINISTRATOR)
    with django_assert_max_num_queries(20):
        body = browser.get(reverse("admin:months")).content.decode()
    assert "ARCHIVE_FOLDER names no folder" not in body
    for said in (
        "Trail",
        "the beginning",
        after(PRESENT).isoformat(),
        "being filled",
        "made ahead",
    ):
        assert said in body


def test_the_command_says_the_same() -> None:
    out = StringIO()
    call_command("partitions", "--make", "--archive", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == 25
    assert lines[0].split()[:4] == ["Trail", "the", "beginning", after(PRESENT).isoformat()]
    assert lines[0].endswith("being filled")
    assert lines[4].endswith("empty")
