"""A level is frozen while it is counted; the count ends that."""

from __future__ import annotations

from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.events.models import Event
from apps.inventory.services import set_counting
from tests.books import nothing_changes
from tests.world import SETUP, Register, level, make_register


def test_a_count_begins_once_and_is_told(register: Register) -> None:
    register.count_stock("RED", "3")
    assert set_counting(level("RED"), counting=True, actor=SETUP, now=timezone.now())
    with nothing_changes():
        assert not set_counting(level("RED"), counting=True, actor=SETUP, now=timezone.now())
    assert level("RED").counting_since is not None
    assert AuditEntry.objects.get(action="stock.count_began").subject_id == "RED"
    assert Event.objects.get(type="stock.counting").data == {"sku": "RED", "counting": True}


def test_the_count_that_a_register_sends_ends_it(register: Register) -> None:
    register.count_stock("RED", "3")
    set_counting(level("RED"), counting=True, actor=SETUP, now=timezone.now())
    register.count_stock("RED", "3")
    assert level("RED").counting_since is None


def test_goods_that_only_came_back_are_not_carried_until_they_are_sold(register: Register) -> None:
    elsewhere = make_register(store="0044")
    elsewhere.take_back(register.sell())
    assert (level("85123A").ranged, level("85123A", "0044").ranged) == (True, False)
    elsewhere.sell()
    assert level("85123A", "0044").ranged is True
