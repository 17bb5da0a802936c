"""A published version of a mapping is kept as it is by PostgreSQL, whoever asks for what."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from apps.integrations.models import Mapping, MappingVersion
from apps.integrations.services.mappings import publish_draft, save_draft, use_again
from tests.admin.helpers import text_of, url
from tests.books import nothing_changes
from tests.world import SETUP

TABLE = "integrations_mappingversion"


@pytest.fixture
def mapping(db: None) -> Mapping:
    """With a published version, and a draft in front of it."""
    made = Mapping.objects.create(name="ERP lines")
    save_draft(made, {"a": "=type"}, actor=SETUP, now=timezone.now())
    publish_draft(made, actor=SETUP, now=timezone.now())
    save_draft(made, {"b": "=type"}, actor=SETUP, now=timezone.now())
    return made


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {TABLE} SET template = '{{}}' WHERE published_at IS NOT NULL",
        f"UPDATE {TABLE} SET published_at = NULL WHERE published_at IS NOT NULL",
        f"UPDATE {TABLE} SET number = 7 WHERE published_at IS NOT NULL",
        f"DELETE FROM {TABLE} WHERE published_at IS NOT NULL",
        f"TRUNCATE {TABLE}",
        f"SET LOCAL session_replication_role = replica; DELETE FROM {TABLE} WHERE number = 1",
    ],
)
def test_what_was_published_is_not_changed(mapping: Mapping, statement: str) -> None:
    refused = pytest.raises(DatabaseError, match="is append-only")
    with nothing_changes(), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else TRUNCATE is refused for these
        cursor.execute(statement)


def test_a_draft_changes_moves_and_goes(mapping: Mapping) -> None:
    save_draft(mapping, {"c": "=type"}, actor=SETUP, now=timezone.now())
    use_again(mapping, 1, actor=SETUP, now=timezone.now())
    versions = mapping.versions.order_by("number")
    assert [(v.number, v.template) for v in versions] == [
        (1, {"a": "=type"}), (2, {"a": "=type"}), (3, {"c": "=type"}),
    ]  # fmt: skip

    MappingVersion.objects.filter(published_at=None).delete()
    assert mapping.versions.count() == 2


def test_a_mapping_with_published_versions_is_not_deleted(it: Client, mapping: Mapping) -> None:
    with nothing_changes():
        answer = it.post(url(Mapping, "delete", mapping.pk), {"post": "yes"}, follow=True)
    assert "cannot be deleted, since there are still: published versions." in text_of(answer)
