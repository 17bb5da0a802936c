"""Reading returns back: one, and all of the shop's, page by page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.returns.models import CustomerReturn
from apps.returns.urls import urlpatterns
from tests.books import nothing_changes
from tests.world import Register, make_approver, make_register, problem


def _ids(register: Register, **query: str) -> list[str]:
    response = register.get("returns", **query)
    assert response.status_code == 200, response.content
    return [item["id"] for item in response.json()["items"]]


def test_a_return_reads_back_as_it_was_answered(register: Register) -> None:
    answer = register.take_back(register.sell(), "2").json()
    shown = register.get(f"returns/{answer['id']}").json()
    assert shown == answer | {"occurred_at": shown["occurred_at"]}
    assert shown["trace_url"].endswith(f"/admin/returns/customerreturn/{answer['id']}/change/")


def test_numbers_name_the_shop_and_count_up(register: Register) -> None:
    sale = register.sell()
    numbers = [register.take_back(sale).json()["number"] for _ in range(3)]
    counted = [int(number.removeprefix("R-0042-")) for number in numbers]
    assert counted == [counted[0], counted[0] + 1, counted[0] + 2]


def test_the_list_has_the_newest_first(register: Register) -> None:
    sale = register.sell()
    ids = [register.take_back(sale).json()["id"] for _ in range(3)]
    assert _ids(register) == ids[::-1]


@pytest.mark.parametrize("status", ["completed", "authorized", "denied", "voided", "expired"])
def test_the_list_can_be_of_one_status(register: Register, status: str) -> None:
    made = {
        "completed": register.take_back(register.sell()).json()["id"],
        "authorized": register.authorize(register.sell())["id"],
        "denied": register.take_back(register.sell(), "7").json()["id"],
        "voided": register.void(register.authorize(register.sell())).json()["id"],
    }
    assert _ids(register, status=status) == ([made[status]] if status in made else [])


def test_the_list_can_begin_at_a_time(register: Register) -> None:
    first = register.take_back(register.sell()).json()["id"]
    second = register.take_back(register.sell()).json()["id"]
    between = CustomerReturn.objects.get(pk=second).received_at.isoformat()
    assert _ids(register, since=between) == [second]
    assert _ids(register, since="2026-01-01T00:00:00Z") == [second, first]
    assert _ids(register, since=(timezone.now() + timedelta(hours=1)).isoformat()) == []


def test_pages_lose_and_repeat_nothing_while_returns_come_in(register: Register) -> None:
    at = timezone.now()
    made = [register.take_back(register.sell(), "7").json()["id"] for _ in range(53)]
    CustomerReturn.objects.update(received_at=at)
    page: Any = register.get("returns", status="denied").json()
    seen, sizes = [item["id"] for item in page["items"]], [len(page["items"])]
    while page["next"]:
        register.take_back(register.sell(), "7")
        address = urlsplit(page["next"])
        page = register.client.get(
            f"{address.path}?{address.query}", headers=register._headers()
        ).json()
        seen += [item["id"] for item in page["items"]]
        sizes.append(len(page["items"]))
    assert sizes == [50, 3]
    assert sorted(seen) == sorted(made)


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "WzEsMl0"])
def test_a_cursor_that_is_not_ours_is_refused(register: Register, cursor: str) -> None:
    problem(register.get("returns", cursor=cursor), 400, "cursor-invalid")


def test_a_return_nobody_knows_is_not_there(register: Register) -> None:
    problem(register.get(f"returns/{uuid4()}"), 404, "not-found")


ASK: dict[str, Callable[[Register, Any], Any]] = {
    "return": lambda asker, one: asker.get(f"returns/{one['id']}"),
    "return-complete": lambda asker, one: asker.complete(one),
    "return-override": lambda asker, one: asker.override(one),
    "return-void": lambda asker, one: asker.void(one),
}
"""Every address of one return, asked as it is meant to be."""


def test_every_address_of_a_return_is_tried_from_another_shop() -> None:
    named = {route.name for route in urlpatterns if "return_id" in str(route.pattern)}
    assert named == set(ASK)


@pytest.mark.parametrize("address", ASK)
def test_another_shop_sees_nothing_and_changes_nothing(register: Register, address: str) -> None:
    make_approver()
    one = register.wait() if address == "return-override" else register.authorize(register.sell())
    other = make_register(store="0043")
    with nothing_changes():
        problem(ASK[address](other, one), 404, "not-found")
        assert _ids(other) == []
    assert ASK[address](register, one).status_code == 200


def test_another_register_of_the_shop_may_go_on(register: Register) -> None:
    authorized = register.authorize(register.sell())
    other = make_register(number="04")
    assert _ids(other) == [authorized["id"]]
    assert other.complete(authorized).json()["status"] == "completed"
