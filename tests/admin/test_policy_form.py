"""The form of a draft follows the settings: every rule, every setting, each with its words and errors."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from django.http import QueryDict

from apps.returns.admin.policy.form import Input, Row, RulesForm
from apps.returns.admin.policy.words import differences, groups_of, headline
from apps.returns.policy.settings import Rules, find_errors
from apps.returns.policy.settings.kinds import Kind, settings_of

LEAST = {"window.days": "30", "authorization.hours": "24"}
EVERYTHING: dict[str, Any] = {
    "window": {
        "days": 14,
        "late": "override",
        "holidays": [{"first": "2026-11-20", "last": "2026-12-24", "until": "2027-01-31"}],
    },
    "authorization": {"hours": 12},
    "splitting": {"allowed": True},
    "no_receipt": {"blind": "override", "cap": {"EUR": 5_000, "JPY": 800}, "id_required": False},
    "conditions": {
        "rows": [
            {"condition": "opened", "fee_percent": "12.5", "fee": {"EUR": 150}},
            {"condition": "used", "accept": "deny", "category": "shoes"},
        ]
    },
    "reasons": {"categories": [{"category": "food", "allowed": ["defective", "damaged"]}]},
    "channel": {"service_categories": ["post", "wrapping"]},
    "stock": {},
}


def form(posted: dict[str, str] | None = None, rules: dict[str, Any] | None = None) -> RulesForm:
    sent = None
    if posted is not None:
        sent = QueryDict(mutable=True)
        sent.update(posted)
    return RulesForm(rules or {}, currencies=["EUR", "JPY"], known={}, posted=sent)


def posted_by(shown: RulesForm) -> dict[str, str]:
    """What a browser would send of a form that is shown."""
    sent: dict[str, str] = {}
    for group in shown.groups:
        if group.on and not group.required:
            sent[f"on.{group.name}"] = "on"
        inputs = [*group.inputs, *(c for i in group.inputs for r in i.rows for c in r.cells)]
        for one in inputs:
            if one.setting.kind == Kind.AMOUNTS:
                sent |= {f"{one.path}.{currency}": text for currency, text in one.amounts}
            elif one.setting.kind == Kind.FLAG and one.value:
                sent[one.path] = "on"
            elif one.setting.kind not in (Kind.FLAG, Kind.ROWS):
                sent[one.path] = str(one.value)
    return sent


def test_what_is_shown_and_sent_again_is_the_same() -> None:
    assert find_errors(EVERYTHING) == []
    assert form(posted_by(form(rules=EVERYTHING))).rules == EVERYTHING


def test_every_setting_of_every_rule_is_in_it() -> None:
    shown = form(rules=EVERYTHING)
    assert [group.name for group in shown.groups] == [one.name for one in fields(Rules)]
    for group, one in zip(shown.groups, fields(Rules), strict=True):
        names = [each.path.rpartition(".")[2] for each in group.inputs]
        assert names == list(settings_of(one.metadata["group"]))
        assert str(group.label)


def test_a_rule_that_is_off_is_left_out_and_keeps_nothing() -> None:
    read = form({**LEAST, "returner.count": "3"})
    assert read.is_valid()
    assert read.rules == {"window": {"days": 30}, "authorization": {"hours": 24}}
    on = form({**LEAST, "on.returner": "on", "returner.count": "3"})
    assert on.rules["returner"] == {"count": 3}


@pytest.mark.parametrize(
    ("sent", "path", "says"),
    [
        ({"window.days": ""}, "window.days", "is missing."),
        ({"window.days": "soon"}, "window.days", "must be a whole number from 0 to 3650."),
        ({"authorization.hours": "0"}, "authorization.hours", "from 1 to 2160."),
        ({"on.amount": "on", "amount.ask_above.EUR": "1.234"}, "amount.ask_above", "amounts"),
        ({"on.amount": "on", "amount.ask_above.EUR": "-5"}, "amount.ask_above", "amounts"),
        ({"on.amount": "on", "amount.ask_above.JPY": "8.5"}, "amount.ask_above", "amounts"),
        (
            {
                "on.conditions": "on",
                "conditions.rows[4].condition": "opened",
                "conditions.rows[4].fee_percent": "101",
            },
            "conditions.rows[0].fee_percent",
            "must be a percentage",
        ),
        (
            {"on.conditions": "on", "conditions.rows[4].fee_percent": "5"},
            "conditions.rows[0].condition",
            "is missing.",
        ),
        (
            {
                "window.holidays[0].first": "2026-12-24",
                "window.holidays[0].last": "2026-12-01",
                "window.holidays[0].until": "2027-01-31",
            },
            "window.holidays[0]",
            "must begin before it ends",
        ),
    ],
    ids=range(9),
)
def test_what_does_not_fit_is_said_at_its_place(sent: dict[str, str], path: str, says: str) -> None:
    read = form({**LEAST, **sent})
    assert list(read.errors) == [path]
    group = next(one for one in read.groups if path.startswith(one.name))
    rows = [row for one in group.inputs for row in one.rows]
    cells = [cell for row in rows for cell in row.cells]
    places: list[Input | Row] = [*group.inputs, *rows, *cells]
    (place,) = [one for one in places if one.errors]
    assert place.path == path
    assert says in place.errors[0]
    assert group.wrong


def test_rows_are_read_in_their_order_without_those_taken_out_or_empty() -> None:
    sent = {
        "on.conditions": "on",
        "conditions.rows[0].condition": "opened",
        "conditions.rows[0].remove": "on",
        "conditions.rows[1].condition": "",
        "conditions.rows[1].accept": "allow",
        "conditions.rows[12].condition": "used",
        "conditions.rows[3].condition": "damaged",
        "conditions.rows[3].fee_percent": "7,5",
    }
    rows = form({**LEAST, **sent}).rules["conditions"]["rows"]
    assert rows == [{"condition": "damaged", "fee_percent": "7.5"}, {"condition": "used"}]


def test_amounts_are_written_as_their_currency_writes_them() -> None:
    sent = {"on.amount": "on", "amount.ask_above.EUR": "50", "amount.ask_above.JPY": "8000"}
    read = form({**LEAST, **sent})
    assert read.rules["amount"] == {"ask_above": {"EUR": 5_000, "JPY": 8_000}}
    amount = next(group for group in read.groups if group.name == "amount")
    assert amount.inputs[0].amounts == [("EUR", "50.00"), ("JPY", "8000")]


def test_a_currency_that_no_shop_has_any_more_is_kept() -> None:
    rules = {"amount": {"ask_above": {"CHF": 700}}}
    assert form(rules=rules).currencies == ["CHF", "EUR", "JPY"]


def test_every_setting_is_said_in_words() -> None:
    words = {
        (str(g.label), str(s.label)): str(s.text) for g in groups_of(EVERYTHING) for s in g.settings
    }
    assert words["Return window", "Days to return"] == "14 days"
    assert "50.00&nbsp;EUR" in words["Without a receipt", "At most, per return"]
    assert words["Reasons", "The reason must be stated"] == "no"
    assert "Restocking fee: 12.5 %" in words["Condition and restocking fee", "By condition"]
    assert "None" not in json.dumps(list(words.values()))
    assert headline(EVERYTHING)[0] == "Goods may come back for 14 days."


def test_two_versions_side_by_side() -> None:
    other = {"window": {"days": 30}, "authorization": {"hours": 12}, "stock": {}}
    changed = [one for one in differences(other, EVERYTHING) if one.changed]
    said = {(str(one.rule), str(one.label)): (str(one.before), str(one.after)) for one in changed}
    assert said["Return window", "Days to return"] == ("30 days", "14 days")
    assert said["Several lines", "Rule"] == ("off", "on")
    assert ("Waiting", "Hours to bring the goods") not in said
    assert differences(EVERYTHING, EVERYTHING)[0].changed is False
