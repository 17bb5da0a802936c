"""Stored secrets: encrypted whenever they are written, and shown by nothing on the way."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection
from django.utils import timezone

from apps.common.encrypted import EncryptedTextField, encrypted_fields, sealed_value
from apps.common.keyring import Sealed, UnreadableSecret, keyring
from apps.integrations.models import Destination, WebhookSecret

A, B = (Fernet.generate_key().decode() for _ in range(2))
CLEAR = "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0"


@pytest.fixture
def row(db: None) -> WebhookSecret:
    """A secret, as it comes out of the database."""
    at = timezone.now()
    destination = Destination.objects.create(name="ERP", url="https://erp.example", created_at=at)
    made = WebhookSecret.objects.create(
        destination=destination, secret=CLEAR, hint="whsec_c2Vj", created_at=at
    )
    return WebhookSecret.objects.get(pk=made.pk)


def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM integrations_webhooksecret")
        return str(cursor.fetchone()[0])


def test_it_is_text_in_python_and_a_token_under_a_key_in_the_database(row: WebhookSecret) -> None:
    mark, _, token = stored().partition(":")

    assert row.secret == CLEAR
    assert mark == keyring().newest
    assert token.startswith("gAAAAA")
    assert CLEAR[6:] not in stored()


def test_nothing_that_prints_or_copies_a_row_carries_it_in_clear(row: WebhookSecret) -> None:
    assert row.secret == CLEAR  # reading it leaves nothing behind
    dumped = serializers.serialize("json", [row])
    seen = [
        repr(row), str(row), repr(vars(row)), repr(sealed_value(row, "secret")), repr(keyring()),
        dumped, repr(pickle.dumps(row)), str(WebhookSecret.objects.values()),
        str(list(WebhookSecret.objects.values_list("secret", flat=True))),
    ]  # fmt: skip

    assert [text for text in seen if CLEAR[6:] in text] == []
    assert json.loads(dumped)[0]["fields"]["secret"] == stored()
    assert pickle.loads(pickle.dumps(row)).secret == CLEAR


def test_one_that_was_just_set_is_held_sealed_too() -> None:
    row = WebhookSecret(secret=CLEAR)

    assert CLEAR not in repr(vars(row))
    assert row.secret == CLEAR


def test_every_way_of_writing_seals(row: WebhookSecret) -> None:
    WebhookSecret.objects.update(secret="whsec_one")
    assert "one" not in stored()
    row.refresh_from_db()
    assert row.secret == "whsec_one"

    row.secret = "whsec_two"
    WebhookSecret.objects.bulk_update([row], ["secret"])
    assert WebhookSecret.objects.get().secret == "whsec_two"


def test_nothing_is_nothing(row: WebhookSecret) -> None:
    WebhookSecret.objects.update(secret=None, status="revoked")

    assert WebhookSecret.objects.get().secret is None
    assert WebhookSecret.objects.filter(secret__isnull=True).exists()


def test_one_that_was_left_out_is_loaded_when_it_is_read(row: WebhookSecret) -> None:
    left_out = WebhookSecret.objects.defer("secret").get()

    assert "secret" not in vars(left_out)
    assert sealed_value(left_out, "secret") == Sealed(stored())
    assert WebhookSecret.objects.defer("secret").get().secret == CLEAR


def test_it_cannot_be_searched_for(row: WebhookSecret) -> None:
    with pytest.raises(TypeError, match="cannot be searched for"):
        WebhookSecret.objects.filter(secret=CLEAR).exists()
    with pytest.raises(FieldError):
        WebhookSecret.objects.filter(secret__startswith="whsec").exists()


def test_a_save_puts_it_under_the_newest_key(row: WebhookSecret, settings: Any) -> None:
    settings.FIELD_KEYS = [A]
    row.save()

    assert stored().startswith(keyring().newest)
    assert WebhookSecret.objects.get().secret == CLEAR


def test_a_save_without_a_change_leaves_it_as_it_stands(row: WebhookSecret) -> None:
    before = stored()
    row.save()

    assert stored() == before


def test_without_its_key_the_row_is_listed_and_reading_names_field_and_row(
    row: WebhookSecret, settings: Any
) -> None:
    settings.FIELD_KEYS = [A]
    row.save()
    lost, settings.FIELD_KEYS = keyring().newest, [B]

    [listed] = WebhookSecret.objects.all()
    with pytest.raises(UnreadableSecret) as raised:
        _ = listed.secret
    listed.save()

    said = str(raised.value)
    assert f"integrations.WebhookSecret.secret of row {row.pk} cannot be read" in said
    assert f"({lost}) is not in FIELD_KEYS" in said
    assert stored().startswith(lost)


@pytest.mark.parametrize("text", ["clear", "0123abcd:token", "", "zzzzzzzz:gAAAAA"])
def test_what_we_never_wrote_is_not_read_nor_told(row: WebhookSecret, text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE integrations_webhooksecret SET secret = %s", [text])

    with pytest.raises(UnreadableSecret) as raised:
        _ = WebhookSecret.objects.get().secret

    assert "clear" not in str(raised.value)


def test_a_damaged_one_says_so(row: WebhookSecret) -> None:
    damaged = stored()[:-6] + "AAAAA="
    with connection.cursor() as cursor:
        cursor.execute("UPDATE integrations_webhooksecret SET secret = %s", [damaged])

    with pytest.raises(UnreadableSecret, match="It is damaged"):
        _ = WebhookSecret.objects.get().secret


def test_a_history_may_not_keep_it() -> None:
    """A history copies the fields of its model, and has `instance_type` on top."""
    field = EncryptedTextField[str, str]()
    field.model = type("HistoricalThing", (), {"instance_type": WebhookSecret})

    assert [error.id for error in field._check_history()] == ["common.E001"]
    assert [f for one in encrypted_fields() for f in one._check_history()] == []


def test_it_stands_in_no_form() -> None:
    for field in encrypted_fields():
        assert not field.editable


def test_these_are_the_secrets_we_store() -> None:
    labels = [f"{field.model._meta.label}.{field.name}" for field in encrypted_fields()]

    assert "integrations.WebhookSecret.secret" in labels
