"""`manage.py rotate_webhook_secrets`."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.integrations.models import WebhookSecret
from apps.integrations.services import add_destination
from tests.books import nothing_changes
from tests.world import SETUP


@pytest.fixture
def two(db: None) -> None:
    for name in ("ERP", "Web shop"):
        url = "https://erp.example/"
        add_destination(name=name, url=url, actor=SETUP, now=timezone.now())


def rotate(*options: str) -> tuple[int, list[str], str]:
    """Exit code, lines on standard output, and what stands on standard error."""
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("rotate_webhook_secrets", *options, stdout=out, stderr=err)
    except SystemExit as leaving:
        code = int(str(leaving.code))
    return code, out.getvalue().splitlines(), err.getvalue()


def active(name: str) -> str | None:
    return WebhookSecret.objects.get(destination__name=name, status="active").secret


@pytest.mark.usefixtures("two")
def test_all_get_a_new_secret_that_is_printed_once() -> None:
    code, lines, errors = rotate("--all")

    assert (code, errors) == (0, "")
    assert lines == [f"ERP: {active('ERP')}", f"Web shop: {active('Web shop')}"]
    entries = AuditEntry.objects.filter(action="destination.secret_rotated")
    assert [entry.actor_kind for entry in entries] == ["command", "command"]


@pytest.mark.usefixtures("two")
def test_one_by_name_with_an_overlap_of_its_own() -> None:
    began = timezone.now()
    _code, lines, _errors = rotate("--destination", "ERP", "--overlap-hours", "1.5")

    assert lines == [f"ERP: {active('ERP')}"]
    retiring = WebhookSecret.objects.get(status="retiring")
    assert retiring.not_after is not None
    assert timedelta(0) <= retiring.not_after - began - timedelta(hours=1.5) < timedelta(minutes=1)


@pytest.mark.usefixtures("two")
def test_one_that_overlaps_already_is_refused_and_the_others_go_on() -> None:
    rotate("--destination", "ERP")
    before = active("ERP")

    code, lines, errors = rotate("--all")

    assert (code, lines) == (1, [f"Web shop: {active('Web shop')}"])
    assert errors.startswith("ERP: The secret before the present one (whsec_")
    assert "still signs until" in errors
    assert active("ERP") == before


@pytest.mark.usefixtures("two")
def test_unless_the_older_is_to_end() -> None:
    rotate("--all")

    code, lines, errors = rotate("--all", "--end-older")

    assert (code, len(lines), errors) == (0, 2, "")


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "one of the arguments --destination --all is required"),
        (("--all", "--destination", "ERP"), "not allowed with"),
        (("--destination", "SAP"), "There is no destination “SAP”."),
    ],
)
def test_what_is_not_clear_is_refused(options: tuple[str, ...], said: str) -> None:
    with nothing_changes(), pytest.raises(CommandError, match=said):
        rotate(*options)
