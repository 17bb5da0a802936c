"""Every rule and every ground that a trace can name has its words in the admin."""

from __future__ import annotations

import ast
from pathlib import Path

from django.conf import settings
from django.utils.html import strip_tags

from apps.returns.admin.grounds import GROUNDS, RULES, in_words

FOLDER = Path(settings.BASE_DIR, "apps", "returns", "policy", "rules")
TREES = [ast.parse(path.read_text()) for path in FOLDER.glob("*.py")]


def test_every_ground_has_a_name() -> None:
    found = {
        key.value
        for tree in TREES
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    }
    assert found - {"sold"} <= set(GROUNDS)


def test_every_rule_has_a_name() -> None:
    makers = {"Finding", "by_action", "ok"}
    found = {
        node.args[0].value
        for tree in TREES
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in makers and node.args
        if isinstance(node.args[0], ast.Constant)
    }
    assert len(found) > 15
    assert found <= set(RULES)


def test_amounts_times_and_days_are_written_for_people() -> None:
    inputs = {
        "limit_minor": 40000,
        "amount_minor": 1530,
        "known_at": "2026-11-20T10:00:00+00:00",
        "last_day": "2026-12-24",
        "carried": False,
        "category": "",
        "sold": "6.000",
        "of old": 7,
    }
    shown = in_words(inputs, zone="Europe/Berlin", currency="EUR")
    said = {name: strip_tags(str(value)).replace("&nbsp;", " ") for name, value in shown.items()}
    assert list(said)[-1] == "of old"
    assert (said["at most"], said["amount"]) == ("400.00 EUR", "15.30 EUR")
    assert (said["last day"], said["carried here"], said["sold"]) == ("24 Dec 2026", "no", "6")
    assert "11:00:00" in said["as of"]
    assert "category" not in said
