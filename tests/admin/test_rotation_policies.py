"""Rotation policies: set by a form, said in a sentence, one for each of whom they are for."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.audit.models import AuditEntry
from apps.stores.models import Region
from apps.terminals.models import RotationPolicy
from tests.admin.helpers import actions, page, read, rows, text_of, url
from tests.books import nothing_changes
from tests.world import Register

ADD = url(RotationPolicy, "add")
FORM = {"every_days": "90", "overlap_hours": "24", "enabled": "on"}


def test_a_policy_for_all_is_said_in_a_sentence(it: Client, register: Register) -> None:
    it.post(ADD, FORM)

    text = read(it, url(RotationPolicy))

    assert "All registers everybody A new key every 90 days; the old one works 24 hours" in text
    assert actions() == ["rotation_policy.added"]


def test_for_one_register_it_is_named_as_people_do(it: Client, register: Register) -> None:
    hours = {"window_start": "22:00", "window_end": "05:00"}

    it.post(ADD, {**FORM, **hours, "terminal": " 0042/03 ", "every_days": "1"})

    policy = RotationPolicy.objects.get()
    assert policy.terminal == register.terminal
    assert 'value="0042/03"' in it.get(page(policy)).content.decode()
    assert (
        "0042/03 register A new key every day; the old one works 24 hours beside it; "
        "between 22:00 and 05:00 in the shop."
    ) in read(it, url(RotationPolicy))


def test_only_what_changed_is_recorded(it: Client, register: Register) -> None:
    policy = RotationPolicy.objects.create(terminal=register.terminal)

    it.post(page(policy), {**FORM, "terminal": "0042/03", "every_days": "30"})

    entry = AuditEntry.objects.get(actor_kind="user")
    assert entry.data == {"every_days": {"before": 90, "after": 30}}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"terminal": "0042/99"}, "There is no register 0042/99."),
        ({"terminal": "0042/03", "store": "shop"}, "Choose a region, a shop or a register"),
        ({}, "There is a policy for these registers already."),
        ({"store": "shop", "window_start": "22:00"}, "Give both ends of the allowed hours"),
        ({"store": "shop", "every_days": "0"}, "greater than or equal to 1"),
        ({"store": "shop", "overlap_hours": "23"}, "greater than or equal to 24"),
    ],
)
def test_what_is_wrong_is_said_in_the_form(
    it: Client, register: Register, changes: dict[str, Any], said: str
) -> None:
    RotationPolicy.objects.create(every_days=60)
    store = {"store": str(register.store.pk)} if "store" in changes else {}

    with nothing_changes():
        text = text_of(it.post(ADD, {**FORM, **changes, **store}))

    assert said in text


def test_policies_out_of_force_are_found(it: Client, register: Register) -> None:
    RotationPolicy.objects.create(region=Region.objects.create(name="South"), enabled=False)

    assert rows(it, RotationPolicy, enabled="no", q="south") == 1
    assert rows(it, RotationPolicy, enabled="yes") == 0
