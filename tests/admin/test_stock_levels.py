"""A level is frozen while it is counted, by a button that asks first."""

from __future__ import annotations

from django.test import Client

from apps.inventory.models import StockLevel
from tests.admin.helpers import act, actions, page, read, rows
from tests.world import Register, level


def test_a_count_begins_and_ends(it: Client, register: Register) -> None:
    register.count_stock("RED", "3")
    assert "usually a manager is asked" in read(it, act(level("RED"), "begin-count"))

    it.post(act(level("RED"), "begin-count"))
    assert "being counted" in read(it, page(level("RED")))
    assert rows(it, StockLevel, state="counting") == 1

    it.post(act(level("RED"), "end-count"))
    assert rows(it, StockLevel, state="counting") == 0
    assert actions() == ["stock.count_began", "stock.count_ended"]


def test_auditors_press_nothing(auditor: Client, register: Register) -> None:
    register.count_stock("RED", "3")
    assert auditor.post(act(level("RED"), "begin-count")).status_code == 403
    assert level("RED").counting_since is None
