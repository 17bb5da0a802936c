"""The change feed: complete, in order, and only what concerns the asker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import signing
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.events.models import Event, FeedHead
from apps.events.services import place_events
from tests.books import nothing_changes
from tests.world import Register, make_register, problem, publish_policy


def _page(register: Register, **query: str) -> Any:
    response = register.get("changes", **query)
    assert response.status_code == 200, response.content
    return response.json()


def _follow(register: Register, after: str | None, limit: int) -> tuple[list[Any], str]:
    """Everything behind a cursor, page by page; the items and the last cursor."""
    items: list[Any] = []
    while True:
        query = {"limit": str(limit), **({"after": after} if after else {})}
        page = _page(register, **query)
        items, after = items + page["items"], page["next"]
        if not page["has_more"]:
            return items, str(after)


def test_an_event_says_what_happened_to_what_where_and_when(register: Register) -> None:
    place_events()
    cursor = _page(register)["next"]
    sale = register.sell(sold_at="2026-11-20T16:41:09+01:00")
    place_events()
    item = _page(register, after=cursor)["items"][0]
    assert item["data"]["receipt_number"] == sale["receipt_number"]
    assert {k: item[k] for k in ("type", "store", "terminal", "sequence", "occurred_at")} == {
        "type": "sale.recorded", "store": "0042", "terminal": "03", "sequence": 1,
        "occurred_at": "2026-11-20T15:41:09Z",
    }  # fmt: skip
    event = Event.objects.get(pk=item["id"])
    assert (item["position"], item["subject"]) == (
        event.position,
        {"type": "sale", "id": event.subject_id},
    )


def test_what_has_no_place_yet_is_not_shown(register: Register) -> None:
    register.sell()
    assert _page(register)["items"] == []
    place_events()
    assert len(_page(register)["items"]) == Event.objects.count()


def test_places_are_1_to_n_and_sequences_1_to_n_of_each_subject(register: Register) -> None:
    sale = register.sell()
    authorized = register.authorize(sale, "2")
    register.complete(authorized)
    register.take_back(sale, "4")
    assert place_events() == Event.objects.count()
    positions = Event.objects.order_by("ordinal").values_list("position", flat=True)
    assert list(positions) == list(range(1, len(positions) + 1))
    subjects: dict[str, list[int]] = {}
    for event in Event.objects.order_by("ordinal"):
        subjects.setdefault(f"{event.subject_type}:{event.subject_id}", []).append(event.sequence)
    assert all(found == list(range(1, len(found) + 1)) for found in subjects.values())
    assert sorted(map(len, subjects.values()))[-1] == 3


def test_a_return_is_told_from_permission_to_money(register: Register) -> None:
    sale = register.sell()
    authorized = register.authorize(sale, "6")
    register.complete(authorized)
    told = Event.objects.filter(store_number="0042").order_by("ordinal")
    assert [event.type for event in told] == [
        "sale.recorded", "stock.changed", "return.authorized",
        "return.completed", "sale.fully_returned", "stock.changed", "refund.succeeded",
    ]  # fmt: skip


def test_a_register_sees_its_own_shop_and_what_concerns_all(register: Register) -> None:
    other = make_register(store="0043")
    register.sell()
    other.sell()
    publish_policy()
    place_events()
    stores = {item["store"] for item in _page(register)["items"]}
    assert stores == {"0042", ""}
    assert {item["store"] for item in _page(other)["items"]} == {"0043", ""}
    types = [item["type"] for item in _page(register)["items"] if not item["store"]]
    assert types == ["policy.published", "policy.published"]


def test_a_reader_who_has_everything_goes_on_past_other_shops(register: Register) -> None:
    place_events()
    _, cursor = _follow(register, None, 100)
    other = make_register(store="0043")
    for _ in range(5):
        other.sell()
    place_events()
    page = _page(register, after=cursor, limit="1")
    assert (page["items"], page["has_more"]) == ([], False)
    assert page["next"] != cursor
    register.sell()
    place_events()
    assert len(_follow(register, page["next"], 1)[0]) == 2


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(1, 7)), max_size=6))
def test_a_reader_who_follows_next_misses_and_repeats_nothing(
    register: Register, steps: list[tuple[int, bool, int]]
) -> None:
    place_events()
    _, cursor = _follow(register, None, 500)
    start = FeedHead.objects.get().last_position
    seen: list[int] = []
    for sales, place, limit in [*steps, (1, True, 2)]:
        for _ in range(sales):
            register.sell()
        if place:
            place_events()
        items, cursor = _follow(register, cursor, limit)
        seen += [item["position"] for item in items]
    told = Event.objects.filter(position__gt=start).order_by("position")
    assert seen == list(told.values_list("position", flat=True))


def test_has_more_says_whether_there_is_more(register: Register) -> None:
    for _ in range(3):
        register.sell()
    total = place_events()
    assert total == 7
    sizes = []
    page = _page(register, limit="3")
    while page["has_more"]:
        sizes.append(len(page["items"]))
        page = _page(register, limit="3", after=page["next"])
    assert [*sizes, len(page["items"])] == [3, 3, 1]
    assert _page(register, limit="7")["has_more"] is False
    assert _page(register, limit="6")["has_more"] is True


@pytest.mark.parametrize("limit", ["0", "-1", "501", "x", "1.5", ""])
def test_a_limit_is_from_1_to_500(register: Register, limit: str) -> None:
    document = problem(register.get("changes", limit=limit), 400, "invalid-request")
    assert [e["field"] for e in document["errors"]] == ["limit"]


@pytest.mark.parametrize("wait", ["0", "25"])
def test_waiting_is_answered_at_once_here(register: Register, wait: str) -> None:
    assert _page(register, wait=wait, limit="500")["items"] == []
    problem(register.get("changes", wait="26"), 400, "invalid-request")


def _tampered(cursor: str) -> list[str]:
    head, _, tail = cursor.partition(":")
    forged = signing.dumps([str(uuid4()), 0], salt="another")
    return ["x", "1", "a:b:c", cursor[:-1], f"{head}x:{tail}", cursor.upper(), forged, "ü" * 20]


def test_a_cursor_that_was_tampered_with_is_refused(register: Register) -> None:
    for cursor in _tampered(_page(register)["next"]):
        problem(register.get("changes", after=cursor), 400, "cursor-invalid")


def test_a_cursor_of_another_epoch_is_expired(register: Register) -> None:
    cursor = _page(register)["next"]
    FeedHead.objects.update(epoch=uuid4())
    with nothing_changes():
        problem(register.get("changes", after=cursor), 410, "cursor-expired")


def test_a_cursor_stays_good_for_a_register_of_another_shop(register: Register) -> None:
    register.sell()
    place_events()
    cursor = _page(register)["next"]
    assert _page(make_register(store="0043"), after=cursor)["items"] == []


def test_told_is_what_was_true_then(register: Register) -> None:
    before = timezone.now() - timedelta(minutes=1)
    register.take_back(register.sell(), "2")
    event = Event.objects.get(type="return.completed")
    assert (event.data["refund_total"], event.data["lines"][0]["quantity"]) == (510, "2")
    assert event.recorded_at > before
