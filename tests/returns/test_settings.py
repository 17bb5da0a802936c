"""The settings of a policy version: strict, with a path per error, and a schema derived from them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from apps.returns.policy.settings import (
    Rules,
    default_rules,
    find_errors,
    rules_schema,
    validate_rules,
)

LEAST = default_rules()


def paths(rules: Any) -> list[str]:
    return [error.path for error in find_errors(rules)]


def test_what_was_valid_before_is_valid_and_means_the_same() -> None:
    rules = Rules.from_json({"window": {"days": 30}, "authorization": {"hours": 24}})
    assert (rules.window.days, rules.window.late, rules.window.holidays) == (30, "deny", ())
    assert (rules.no_receipt.blind, rules.no_receipt.unverified) == ("deny", "deny")
    assert (rules.splitting.allowed, rules.serial.check) == (False, "off")


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([], [""]),
        ({}, ["window", "authorization"]),
        ({**LEAST, "windows": {}}, ["windows"]),
        ({**LEAST, "window": {"days": 30, "day": 1}}, ["window.day"]),
        ({**LEAST, "window": {"days": -1, "late": "never"}}, ["window.days", "window.late"]),
        ({**LEAST, "splitting": {"allowed": 1}}, ["splitting.allowed"]),
        ({**LEAST, "amount": {"ask_above": {"EUR": 5.0}}}, ["amount.ask_above"]),
        ({**LEAST, "amount": {"ask_above": {"XXX": 5}}}, ["amount.ask_above"]),
        ({**LEAST, "conditions": {"rows": [{}]}}, ["conditions.rows[0].condition"]),
        (
            {**LEAST, "conditions": {"rows": [{"condition": "opened", "fee_percent": "101"}]}},
            ["conditions.rows[0].fee_percent"],
        ),
        (
            {**LEAST, "reasons": {"categories": [{"category": "A", "allowed": ["x", "x"]}]}},
            ["reasons.categories[0].allowed"],
        ),
        (
            {**LEAST, "window": {"days": 1, "holidays": [{"first": "2026-12-01", "last": "2026-02-30"}]}},
            ["window.holidays[0].last", "window.holidays[0].until"],
        ),
    ],
    ids=lambda value: str(value)[-40:],
)  # fmt: skip
def test_every_error_has_its_path(rules: Any, found: list[str]) -> None:
    assert paths(rules) == found
    with pytest.raises(ValidationError):
        validate_rules(rules)


def test_values_become_what_a_rule_can_count_with() -> None:
    row = {"condition": "opened", "fee_percent": "12.5", "fee": {"JPY": 300, "EUR": 250}}
    rules = Rules.from_json({**LEAST, "conditions": {"rows": [row]}})
    (read,) = rules.conditions.rows
    assert (read.fee_percent, read.fee.of("EUR"), read.fee.of("USD")) == (
        Decimal("12.5"),
        250,
        None,
    )


def test_the_schema_says_what_the_check_does() -> None:
    schema = rules_schema()
    assert schema["required"] == ["window", "authorization"]
    window = schema["properties"]["window"]["properties"]
    days = {"type": "integer", "minimum": 0, "maximum": 3650, "title": "Days to return"}
    assert window["days"].items() >= days.items()
    assert window["late"]["enum"] == ["allow", "override", "deny"]
    assert window["late"]["default"] == "deny"
    rows = schema["properties"]["conditions"]["properties"]["rows"]["items"]
    assert (rows["required"], rows["additionalProperties"]) == (["condition"], False)


def test_the_published_schema_is_this_one() -> None:
    """When it differs: json.dumps(rules_schema(), indent=1, ensure_ascii=False) into that file."""
    published = Path(settings.BASE_DIR, "docs", "policy.schema.json").read_text()
    assert json.loads(published) == rules_schema()
