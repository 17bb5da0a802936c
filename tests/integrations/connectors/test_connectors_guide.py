"""The examples of docs/connectors.md are right, and every setting stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from apps.integrations.gateways import connector_for
from apps.integrations.policy.books import ACCOUNTS, TENDERS
from apps.integrations.policy.mapping import apply_template
from apps.integrations.policy.settings import Reader
from apps.integrations.states import DestinationKind
from tests.integrations.connectors.events import message

GUIDE = Path(settings.BASE_DIR, "docs", "connectors.md").read_text()
_EXAMPLE = re.compile(r"^```json (settings|mapping) (\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLES = {(what, kind): json.loads(text) for what, kind, text in _EXAMPLE.findall(GUIDE)}
KINDS = ("rest", "journal", "file", "tryton")


@pytest.mark.parametrize("kind", KINDS)
def test_the_settings_are_accepted(kind: str) -> None:
    assert connector_for(kind).check(EXAMPLES["settings", kind]) == []


def test_a_mapping_makes_the_body_of_a_request() -> None:
    body = apply_template(EXAMPLES["mapping", "rest"], message().body)

    assert body == {
        "number": "R-0042-000007", "shop": "0042", "paid_back": 2635,
        "lines": [
            {"sku": "TEE-M", "quantity": "2", "to": "return_to_stock"},
            {"sku": "MUG", "quantity": "1", "to": "return_to_stock"},
        ],
    }  # fmt: skip


def test_a_mapping_makes_a_row_of_each_line() -> None:
    rows = apply_template(EXAMPLES["mapping", "file"], message().body)

    assert rows == [
        {"number": "R-0042-000007", "sku": "TEE-M", "quantity": "2", "amount": 2380},
        {"number": "R-0042-000007", "sku": "MUG", "quantity": "1", "amount": 255},
    ]
    assert set(rows[0]) == set(EXAMPLES["settings", "file"]["columns"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_setting_stands_in_its_section(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    take = Reader._take

    def noting(self: Reader, name: str, default: Any) -> Any:
        asked.add(name)
        return take(self, name, default)

    monkeypatch.setattr(Reader, "_take", noting)
    connector_for(kind).check({})
    title = {
        "rest": "REST",
        "journal": "Accounting journal",
        "file": "File drop",
        "tryton": "Tryton",
    }
    section = GUIDE.partition(f"\n## {title[kind]}\n")[2].partition("\n## ")[0]

    named = set(re.findall(r"`(?:auth\.|sftp\.)?([a-z_]+)`", section))
    assert asked - named == set()


def test_the_accounts_are_those_of_the_code() -> None:
    for role, name in {**ACCOUNTS, **TENDERS}.items():
        assert f"`{role}`" in GUIDE
        assert f"`{name}`" in GUIDE


def test_every_kind_of_destination_has_its_connector() -> None:
    made = {kind: type(connector_for(kind)).__name__ for kind in DestinationKind.values}

    assert made == {
        "webhook": "Webhook", "rest": "Rest", "journal": "Journal", "file": "FileDrop",
        "tryton": "Tryton",
    }  # fmt: skip
