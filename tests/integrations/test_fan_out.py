"""Each event for each destination that wants it, once, whatever happens to the reader."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from apps.events.services import place_events
from apps.integrations.models import Delivery, Destination, FeedReader
from apps.integrations.services import add_destination, fan_out, set_status
from apps.integrations.states import DestinationStatus
from tests.world import SETUP, Register, card, line


def listener(name: str, **changes: Any) -> Destination:
    """A destination that is never called here."""
    url = "https://example.com/hooks"
    destination, _ = add_destination(name=name, url=url, actor=SETUP, now=timezone.now())
    Destination.objects.filter(pk=destination.pk).update(**changes)
    return destination


def heard(destination: Destination) -> list[str]:
    rows = Delivery.objects.filter(destination=destination).order_by("position")
    return list(rows.values_list("event_type", flat=True))


@pytest.fixture
def began(register: Register) -> Register:
    """The reader stands at the end of the feed."""
    place_events()
    fan_out(now=timezone.now())
    return register


def read() -> int:
    place_events()
    return fan_out(now=timezone.now())


def test_what_happened_before_is_not_sent(register: Register) -> None:
    register.sell()
    erp = listener("ERP")
    read()
    assert heard(erp) == []


def test_each_event_for_each_destination_once(began: Register) -> None:
    erp, shop = listener("ERP"), listener("Web shop")
    sale = began.sell()
    began.take_back(sale, "1")
    assert read() == 2 * len(heard(erp))
    assert heard(erp) == heard(shop)
    assert "return.completed" in heard(erp)


def test_reading_the_same_stretch_again_makes_nothing_twice(began: Register) -> None:
    erp = listener("ERP")
    began.sell()
    read()
    before = heard(erp)
    FeedReader.objects.update(position=0)
    fan_out(now=timezone.now())
    assert heard(erp)[-len(before) :] == before
    assert len(set(Delivery.objects.values_list("event_id"))) == Delivery.objects.count()


def test_a_filter_by_type_shop_scope_and_amount(began: Register) -> None:
    returns = listener("Returns", event_types=["return.*"], least_amount_minor=500)
    whole = listener("Whole", event_types=["return.completed"], return_scope="full")
    elsewhere = listener("Elsewhere", stores=["0043"])
    sale = began.sell(lines=[line(quantity="2", unit_price=255)], tenders=[card(510)])
    began.take_back(sale, "1")
    read()
    assert heard(returns) == []
    assert heard(whole) == []
    assert heard(elsewhere) == []
    bought = began.sell(lines=[line(quantity="2", unit_price=255)], tenders=[card(510)])
    began.take_back(bought, "2")
    read()
    assert heard(returns) == ["return.completed"]
    assert heard(whole) == ["return.completed"]


def test_what_happens_is_kept_for_one_that_is_paused_not_for_the_disabled(began: Register) -> None:
    paused, disabled = listener("Paused"), listener("Disabled")
    now = timezone.now()
    set_status(paused, DestinationStatus.PAUSED, actor=SETUP, now=now)
    set_status(disabled, DestinationStatus.DISABLED, actor=SETUP, now=now)
    began.sell()
    read()
    assert heard(paused) == ["sale.recorded", "stock.changed"]
    assert heard(disabled) == []


def test_a_thousand_events_cost_a_few_statements(
    began: Register, django_assert_max_num_queries: Any
) -> None:
    listener("ERP")
    for _ in range(5):
        began.sell()
    place_events()
    with django_assert_max_num_queries(16):
        fan_out(now=timezone.now())
