"""The table for auditors says what the program does: role by role, page by page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role
from apps.insights.places import PLACES, Page
from tests.admin.access_table import FILE, NO, cell, table
from tests.admin.helpers import registered, url

ENTRIES = [entry for _name, entries in PLACES for entry in entries]


def test_the_document_is_what_the_program_does() -> None:
    assert FILE.read_text() == table(), "python -m tests.admin.access_table writes it anew"


def test_every_page_has_its_row() -> None:
    named = {apps.get_model(entry) for entry in ENTRIES if not isinstance(entry, Page)}
    assert named == set(registered()) == set(admin.site._registry)


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_each_row_opens_for_whom_it_says(as_role: Callable[[Role], Client], role: Role) -> None:
    client = as_role(role)

    for entry in ENTRIES:
        address = reverse(entry.route) if isinstance(entry, Page) else url(apps.get_model(entry))
        said = cell(entry, role)
        expected = 403 if said == NO else 200
        assert client.get(address).status_code == expected, (entry, said)
