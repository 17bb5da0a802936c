"""A register that lost its place starts anew, and is whole once it follows the feed again."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.events.feed import read_cursor
from apps.events.models import FeedHead
from apps.events.services import place_events
from apps.inventory.commands import ItemTold
from apps.inventory.models import StockLevel
from apps.inventory.services import take_items
from apps.streams import selectors
from tests.books import nothing_changes
from tests.world import SETUP, Register, line, make_register, problem, publish_policy

SKUS = ("85123A", "22423", "ELSEWHERE", "S-0", "S-1", "S-2", "S-3")


class Mirror:
    """What a register keeps of the feed. News and resynchronisation go through the same door."""

    def __init__(self) -> None:
        self.stock: dict[str, Any] = {}
        self.returns: dict[str, str] = {}
        self.policies: dict[str, int] = {}
        self.items: dict[str, Any] = {}

    def take(self, item: dict[str, Any]) -> None:
        kind, data = item["type"], item["data"]
        if kind == "stock.changed":
            self.stock |= {level["sku"]: level for level in data["items"]}
        elif kind == "item.changed":
            self.items |= {item["sku"]: {**item, "new": False} for item in data["items"]}
        elif kind == "policy.published":
            self.policies[data["name"]] = data["version"]
        elif kind.startswith("return."):
            self.returns.pop(item["subject"]["id"], None)
            if data["status"] == "authorized":
                self.returns[item["subject"]["id"]] = data["number"]

    def follow(self, register: Register, after: str = "") -> Mirror:
        more = True
        while more:
            query = {"after": after} if after else {}
            page: Any = register.get("changes", **query).json()
            for item in page["items"]:
                self.take(item)
            after, more = page["next"], page["has_more"]
        return self

    def resync(self, register: Register, between: Any = lambda: None) -> str:
        """Read all pages; `between` happens after each. Answers the cursor to follow from."""
        address: str | None = "/api/v1/changes/resync"
        after = set()
        while address:
            page = register.client.get(address, headers=register._headers()).json()
            after.add(page["after"])
            for item in page["items"]:
                self.take(item)
            between()
            address = page["next"]
        assert len(after) == 1
        return str(after.pop())


@pytest.fixture(autouse=True)
def catalogue(db: None) -> None:
    """All that is sold in these tests, as another system told it."""
    told = [ItemTold(sku, name=f"Item {sku}") for sku in SKUS]
    take_items(told, reference="test", actor=SETUP, now=timezone.now())


def busy(register: Register) -> None:
    """Something of everything: sales, an authorized return, a completed one, a policy."""
    sale = register.sell(lines=[line(), line(2, sku="22423")])
    register.authorize(sale, "1")
    register.take_back(sale, "1")
    publish_policy(days=90)
    place_events()


def test_it_says_how_things_stand_in_the_words_of_the_feed(register: Register) -> None:
    busy(register)
    page: Any = register.get("changes/resync").json()
    assert [(item["type"], item["data"]) for item in page["items"]] == [
        ("policy.published", {"name": "Standard", "version": 2})
    ]
    assert read_cursor(page["after"]).position == FeedHead.objects.get().last_position


def test_a_register_that_starts_anew_knows_what_one_knows_that_never_stopped(
    register: Register,
) -> None:
    busy(register)
    make_register(store="0043").sell(lines=[line(sku="ELSEWHERE")])
    anew = Mirror()
    anew.follow(register, anew.resync(register))
    always = Mirror().follow(register)
    assert vars(anew) == vars(always)
    assert set(anew.stock) == {"85123A", "22423"}
    assert set(anew.items) == set(SKUS)
    assert len(anew.returns) == 1


def test_what_changes_while_it_reads_is_not_lost(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "RETURNS", 1)
    monkeypatch.setattr(selectors, "LEVELS", 1)
    for number in range(3):
        register.authorize(register.sell(lines=[line(sku=f"S-{number}")]), "1")
    anew, acts = Mirror(), [busy] * 3
    after = anew.resync(register, between=lambda: acts.pop()(register) if acts else None)
    assert vars(anew.follow(register, after)) == vars(Mirror().follow(register))
    assert len(anew.stock) == 5


def test_a_void_in_the_midst_of_reading_is_heard_afterwards(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorized = register.authorize(register.sell(), "1")
    anew = Mirror()

    def void() -> None:
        register.void(authorized)
        place_events()

    after = anew.resync(register, between=void)
    assert anew.follow(register, after).returns == {}


def test_everything_is_there_page_by_page(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "ITEMS", 4)
    monkeypatch.setattr(selectors, "RETURNS", 2)
    monkeypatch.setattr(selectors, "LEVELS", 2)
    for number in range(4):
        register.authorize(register.sell(lines=[line(sku=f"S-{number}")]), "1")
    anew = Mirror()
    pages: list[int] = []
    anew.resync(register, between=lambda: pages.append(len(anew.stock)))
    assert pages == [0] * 6 + [2, 4, 4]
    assert len(anew.returns) == 4
    assert set(anew.items) == set(SKUS)
    assert {sku: level["on_hand"] for sku, level in anew.stock.items()} == {
        level.item.sku: f"{level.on_hand:.0f}" for level in StockLevel.objects.all()
    }


def test_it_is_for_those_who_may_read_and_changes_nothing(register: Register) -> None:
    busy(register)
    with nothing_changes():
        problem(register.get("changes/resync", cursor="x"), 400, "cursor-invalid")
        problem(register.get("changes/resync", after="x"), 400, "invalid-request")
        assert register.get("changes/resync").status_code == 200
    narrow = make_register(number="04", scopes=["sales"])
    problem(narrow.get("changes/resync"), 403, "scope-missing")


def test_a_new_epoch_in_the_midst_of_it_is_noticed_afterwards(register: Register) -> None:
    busy(register)
    after = Mirror().resync(register)
    FeedHead.objects.update(epoch=uuid4())
    problem(register.get("changes", after=after), 410, "cursor-expired")
