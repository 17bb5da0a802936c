"""No leak: every page of the admin, by every role, on its own shops' rows and on another shop's.

The table is made from what is registered: a new page is in it without anybody thinking of it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.db.models import Model, Q
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.accounts.policy import BOUND, is_allowed
from apps.common.admin import HouseAdmin
from apps.common.admin.scope import within
from apps.insights.home import read_home
from apps.inventory.models import StockCount, StockLevel, StockMovement
from apps.refunds.models import Refund
from apps.returns.models import CustomerReturn
from apps.sales.models import Sale, SaleConflict
from apps.stores.models import Region, Store
from apps.stores.selectors import shops_seen
from apps.terminals.models import Notice, Terminal
from tests.admin.addresses import addresses, of_shop
from tests.admin.conftest import client_of
from tests.admin.helpers import page, read, registered, rows, url
from tests.admin.one_of_each import fill_what_is_empty
from tests.world import Register, card, make_register, pay_out

OF_A_SHOP: list[type[Model]] = [
    CustomerReturn, Sale, SaleConflict, Refund, StockLevel, StockMovement, StockCount, Store,
]  # fmt: skip
ELSEWHERE = ("/admin/", "/admin/returns/customerreturn/waiting/")
"""Where one is led as from a thing that there is not."""
OF_A_MANAGER: list[type[Model]] = [*OF_A_SHOP, Terminal]


@pytest.fixture
def two_shops(register: Register) -> tuple[Register, Register]:
    """The same business in 0042 and in 0043."""
    other = make_register(store="0043", number="04")
    for one in (register, other):
        one.count_stock("85123A", "10")
        sale = one.sell(tenders=[card(1530)])
        one.take_back(sale, "1")
        one.post("sales", {**sale, "customer": "C-9"})
    pay_out()
    return register, other


def things(model: type[Model], shop: Store) -> list[Model]:
    """The rows of a model that belong to a shop, by the rule of its page."""
    owner = admin.site._registry[model]
    assert isinstance(owner, HouseAdmin)
    shops = frozenset({shop.pk})
    return list(within(model._base_manager.all(), owner.shop_rule, shops)[:3])


@pytest.mark.parametrize("role", sorted(BOUND))
def test_lists_searches_and_choices_show_ones_own_shops_only(
    two_shops: tuple[Register, Register], role: str
) -> None:
    client = client_of(Role(role))
    seen = OF_A_MANAGER if role == Role.STORE_MANAGER else OF_A_SHOP
    mine, foreign = two_shops

    for model in seen:
        own, others = things(model, mine.store), things(model, foreign.store)
        assert own, model
        assert others, model
        shown = client.get(url(model)).context["cl"].result_list
        assert {thing.pk for thing in shown} == {
            thing.pk for thing in within(model._base_manager.all(), _rule(model), _of(mine))
        }, model
        term = "0043" if model is Store else str(others[0].pk)
        assert rows(client, model, q=term) == 0, model
    text = client.get(url(Sale)).content.decode()
    assert "0043" not in text


@pytest.mark.parametrize("role", sorted(BOUND))
def test_every_page_of_a_foreign_thing_is_not_there(
    two_shops: tuple[Register, Register], role: str
) -> None:
    client = client_of(Role(role))
    mine, foreign = two_shops
    seen = OF_A_MANAGER if role == Role.STORE_MANAGER else OF_A_SHOP
    for model in seen:
        assert client.get(page(things(model, mine.store)[0])).status_code == 200, model
    fill_what_is_empty()
    foreign_ones = [
        one.path for one in addresses(of_shop(foreign.store), only=seen) if one.of_a_thing
    ]

    assert len(foreign_ones) >= 4 * len(seen)
    for address in foreign_ones:
        for answer in (client.get(address), client.post(address, {})):
            known = answer.status_code in (403, 404) or answer.get("Location") in ELSEWHERE
            assert known, (address, answer.status_code)


@pytest.mark.parametrize("role", list(Role))
def test_every_list_by_every_role(two_shops: tuple[Register, Register], role: Role) -> None:
    """The whole table: who may not open it gets 403, whatever stands behind the address."""
    client = client_of(role)

    for model in registered():
        permission = f"{model._meta.app_label}.view_{model._meta.model_name}"
        owner = admin.site._registry[model]
        shown = is_allowed(role, permission) and (
            role not in BOUND or getattr(owner, "shop_rule", None) is not None
        )
        assert client.get(url(model)).status_code == (200 if shown else 403), (role, model)


def test_what_shop_bound_roles_may_see_says_how_it_belongs_to_a_shop() -> None:
    for model in registered():
        permission = f"{model._meta.app_label}.view_{model._meta.model_name}"
        if any(is_allowed(role, permission) for role in BOUND):
            assert getattr(admin.site._registry[model], "shop_rule", None) is not None, model


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.IT_ADMINISTRATOR])
def test_who_sees_all_may_be_given_some(two_shops: tuple[Register, Register], role: Role) -> None:
    mine, foreign = two_shops
    client = client_of(role, mine.store)

    assert rows(client, Store) == 1
    assert client.get(page(foreign.store)).status_code == 302
    assert client.get("/admin/error-queue/").status_code == 403
    assert client.get("/admin/access-review/").status_code == 403
    assert client.get(url(User)).status_code == 403


def test_a_region_gives_its_shops_those_added_later_too(
    two_shops: tuple[Register, Register],
) -> None:
    mine, foreign = two_shops
    region = Region.objects.create(name="North")
    person = User(role=Role.SUPPORT, shops=[mine.store.pk], regions=[region.pk])
    assert shops_seen(person) == frozenset({mine.store.pk})

    Store.objects.filter(pk=foreign.store.pk).update(region=region)

    assert shops_seen(person) == frozenset({mine.store.pk, foreign.store.pk})


def test_without_shops_there_is_nothing(two_shops: tuple[Register, Register]) -> None:
    person = User.objects.create(username="new", role=Role.SUPPORT, is_staff=True)
    client = Client()
    client.force_login(person)

    assert "No shop is yours yet" in read(client, "/admin/")
    assert rows(client, Sale) == 0


def test_the_home_page_counts_ones_own_shops(two_shops: tuple[Register, Register]) -> None:
    mine, _foreign = two_shops
    now = timezone.now()

    whole, own = read_home(now=now), read_home(now=now, shops=_of(mine))

    assert (whole.returns_today, own.returns_today) == (2, 1)
    assert (whole.sales[0], own.sales[0]) == (2, 1)
    assert (own.fleet.active, own.pulse.conflicts) == (1, 1)
    assert [m["n"] for m in own.money] == [1]
    text = read(client_of(Role.SUPPORT), "/admin/")
    assert "Of the shop that you see." in text
    assert "Registers seen" not in text
    assert "The books" not in text


def test_a_story_does_not_lead_into_another_shop(two_shops: tuple[Register, Register]) -> None:
    mine, foreign = two_shops
    sale = foreign.sell()
    mine.take_back(sale, "1")
    foreign.take_back(sale, "1")
    here = CustomerReturn.objects.get(store=mine.store, sale__receipt_number=sale["receipt_number"])
    there = CustomerReturn.objects.get(
        store=foreign.store, sale__receipt_number=sale["receipt_number"]
    )

    body = client_of(Role.STORE_MANAGER).get(page(here)).content.decode()

    assert there.number not in body
    assert url(Sale, "change", here.sale_id) not in body
    assert there.number in client_of(Role.AUDITOR).get(page(here)).content.decode()


def test_notices_of_other_shops_are_not_settled(two_shops: tuple[Register, Register]) -> None:
    _mine, foreign = two_shops
    notice = Notice.objects.create(
        terminal=foreign.terminal, kind="enrolment-conflict", raised_at=timezone.now()
    )

    assert rows(client_of(Role.STORE_MANAGER), Notice) == 0
    assert client_of(Role.AUDITOR).get(page(notice)).status_code == 200


def _rule(model: type[Model]) -> str | Callable[[frozenset[int]], Q] | None:
    return admin.site._registry[model].shop_rule  # type: ignore[attr-defined,no-any-return]


def _of(register: Register) -> frozenset[int]:
    return frozenset({register.store.pk})
