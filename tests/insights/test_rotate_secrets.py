"""`manage.py rotate_secrets`, and the pass over all values behind it."""

from __future__ import annotations

import threading
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.common.encrypted import encrypted_fields, sealed_value
from apps.common.keyring import Keyring, Sealed, keyring
from apps.insights.services import resealing
from apps.insights.services.resealing import count_by_key, reencrypt_all, replace_value
from apps.integrations.models import WebhookSecret
from apps.integrations.services import add_destination, rotate_webhook_secret
from tests.books import nothing_changes
from tests.threads import together
from tests.world import SETUP

A, B, C = (Fernet.generate_key().decode() for _ in range(3))
FIELD = "integrations.WebhookSecret.secret"


def rotate(*options: str) -> tuple[int, str]:
    """Exit code and output of the command."""
    out = StringIO()
    try:
        call_command("rotate_secrets", *options, stdout=out)
    except SystemExit as leaving:
        return int(str(leaving.code)), out.getvalue()
    return 0, out.getvalue()


def tally_of(output: str) -> list[int]:
    """total, re-encrypted, already new, unreadable, changed."""
    [line] = [line for line in output.splitlines() if line.startswith(FIELD)]
    return [int(cell) for cell in line.split()[1:]]


def add(name: str) -> str:
    url = "https://erp.example/"
    return add_destination(name=name, url=url, actor=SETUP, now=timezone.now())[1]


def secrets() -> dict[str, str | None]:
    rows = WebhookSecret.objects.select_related("destination").order_by("pk")
    return {row.destination.name: row.secret for row in rows}


def by_key() -> dict[str, int]:
    return count_by_key()[FIELD]


def lose(name: str) -> None:
    """Damage what stands in the database."""
    row = WebhookSecret.objects.get(destination__name=name)
    sealed = sealed_value(row, "secret")
    assert sealed is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE integrations_webhooksecret SET secret = %s WHERE id = %s",
            [f"{sealed.text[:-8]}AAAAAAA=", row.pk],
        )


@pytest.fixture
def three(db: None, settings: Any) -> dict[str, str]:
    """A secret under each of three keys; the newest of them is C."""
    made = {}
    for number, key in enumerate((A, B, C)):
        settings.FIELD_KEYS = [key]
        made[f"erp-{number}"] = add(f"erp-{number}")
    settings.FIELD_KEYS = [C, B, A]
    return made


def test_all_come_under_the_newest_key_and_the_others_can_go(
    three: dict[str, str], settings: Any
) -> None:
    code, output = rotate()
    settings.FIELD_KEYS = [C]

    assert (code, tally_of(output)) == (0, [3, 2, 1, 0, 0])
    assert f"The newest key is {keyring().newest}." in output
    assert by_key() == {keyring().newest: 3}
    assert secrets() == three


def test_the_trail_has_an_entry_without_anything_secret(three: dict[str, str]) -> None:
    rotate()

    entry = AuditEntry.objects.get(action="secrets.reencrypted")
    [field] = [one for one in entry.data["fields"] if one["field"] == FIELD]
    assert (entry.actor_kind, entry.subject_id) == ("command", keyring().newest)
    assert (field["total"], field["reencrypted"], field["already"]) == (3, 2, 1)


def test_a_second_time_there_is_nothing_to_do(three: dict[str, str]) -> None:
    rotate()
    before = WebhookSecret.objects.values_list("secret", flat=True).order_by("pk")
    kept = list(before)

    assert tally_of(rotate()[1]) == [3, 0, 3, 0, 0]
    assert list(before.all()) == kept


def test_check_only_counts(three: dict[str, str]) -> None:
    with nothing_changes():
        code, output = rotate("--check")

    assert (code, tally_of(output)) == (1, [3, 2, 1, 0, 0])
    assert "to re-encrypt" in output
    rotate()
    assert rotate("--check")[0] == 0


def test_what_cannot_be_read_is_counted_and_left(three: dict[str, str], settings: Any) -> None:
    settings.FIELD_KEYS = [C, B]  # A is lost
    lose("erp-2")  # under C itself

    code, output = rotate()

    assert (code, tally_of(output)) == (1, [3, 1, 0, 2, 0])
    settings.FIELD_KEYS = [C, B, A]
    assert tally_of(rotate()[1]) == [3, 1, 1, 1, 0]


def test_it_may_be_broken_off_and_begun_anew(
    three: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "BATCH", 1)
    broken_off = reencrypt_all()
    next(broken_off)
    next(broken_off)
    del broken_off
    assert by_key()[keyring().newest] == 2

    assert tally_of(rotate()[1]) == [3, 1, 2, 0, 0]
    assert secrets() == three


def test_a_value_that_changed_meanwhile_is_not_overwritten(three: dict[str, str]) -> None:
    [field] = [one for one in encrypted_fields() if one.model is WebhookSecret]
    row = WebhookSecret.objects.get(destination__name="erp-0")
    read = sealed_value(row, "secret")
    assert isinstance(read, Sealed)
    WebhookSecret.objects.filter(pk=row.pk).update(secret="whsec_newer")

    assert replace_value(field, row.pk, read) is False
    assert secrets()["erp-0"] == "whsec_newer"


def test_one_that_is_gone_meanwhile_stays_gone(three: dict[str, str]) -> None:
    [field] = [one for one in encrypted_fields() if one.model is WebhookSecret]
    row = WebhookSecret.objects.get(destination__name="erp-0")
    read = sealed_value(row, "secret")
    assert read is not None
    WebhookSecret.objects.filter(pk=row.pk).update(secret=None, status="revoked")

    assert replace_value(field, row.pk, read) is False
    assert secrets()["erp-0"] is None


@pytest.mark.django_db(transaction=True)
def test_what_others_write_while_it_runs_is_never_lost(settings: Any) -> None:
    """The others are processes that do not know the new key yet, at its worst."""
    settings.FIELD_KEYS = [A]
    for n in range(4):
        add(f"erp-{n}")
    keys = list(WebhookSecret.objects.order_by("pk").values_list("pk", flat=True))
    others, settings.FIELD_KEYS = Keyring([A]), [B, A]
    writing = threading.Event()

    def reencrypt() -> list[str]:
        while not writing.is_set():
            for _tallies in reencrypt_all():
                pass
        return []

    def write() -> list[str]:
        try:
            return [lost for turn in range(240) if (lost := write_next(turn))]
        finally:
            writing.set()

    def write_next(turn: int) -> str:
        """What stood there last, if it was not what was written last."""
        row = WebhookSecret.objects.get(pk=keys[turn % 4])
        found, sealed = row.secret or "", others.seal(f"whsec_{turn}")
        WebhookSecret.objects.filter(pk=row.pk).update(secret=sealed)
        return found if turn >= 4 and found != f"whsec_{turn - 4}" else ""

    assert together([write, reencrypt, reencrypt]) == [[], [], []]
    rotate()
    assert by_key() == {keyring().newest: 4}


@pytest.mark.django_db(transaction=True)
def test_secrets_rotate_while_the_key_does(settings: Any) -> None:
    settings.FIELD_KEYS = [A]
    destinations = {f"erp-{n}": add(f"erp-{n}") for n in range(6)}
    settings.FIELD_KEYS = [B, A]

    def reencrypt() -> dict[str, str]:
        for _ in range(4):
            for _tallies in reencrypt_all():
                pass
        return {}

    def renew(name: str) -> dict[str, str]:
        destination = WebhookSecret.objects.get(destination__name=name).destination
        for _ in range(12):
            secret = rotate_webhook_secret(
                destination, end_older=True, actor=SETUP, now=timezone.now()
            )
        return {name: secret}

    changing = list(destinations)[:3]
    jobs = [reencrypt, reencrypt, *(lambda name=name: renew(name) for name in changing)]
    last = {name: secret for made in together(jobs) for name, secret in made.items()}

    active = WebhookSecret.objects.filter(status="active").select_related("destination")
    assert {row.destination.name: row.secret for row in active} == destinations | last
    assert set(by_key()) == {keyring().newest}
