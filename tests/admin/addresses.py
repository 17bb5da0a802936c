"""Every address of the admin, from its routes: filled with a thing of theirs, each act and each version."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from django.contrib import admin
from django.db.models import Model

from apps.accounts.models import User
from apps.common.admin import HouseAdmin
from apps.common.admin.scope import within
from apps.stores.models import Store
from tests.admin.helpers import registered
from tests.routes import every_route

Pick = Callable[[type[Model]], Model | None]
"""The thing of a model that addresses are about."""

_PLACE = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")
_HISTORY = "^([^/]+)/history/([^/]+)/$"
OF_A_THING = ("id", "object_id", "key", "return_id")
FIXED: Mapping[str, tuple[str, ...]] = {
    "token": ("1",),
    "number": ("1",),
    "content_type_id": ("1",),
}
ASIDE = {"login", "logout", "login_code", "login_set_up", "app_list", None}
"""The door itself, and what only leads elsewhere; their own tests are in tests/accounts."""


@dataclass(frozen=True, slots=True)
class Address:
    """`route` is its name; `model` what it is about, None: a page about the whole."""

    route: str
    model: type[Model] | None
    path: str
    of_a_thing: bool
    """About one of them, not all."""


def routes() -> Iterator[tuple[str, str]]:
    """(name, pattern below /admin/) of every route of the admin."""
    for address, route in every_route():
        pattern = address.replace(_HISTORY, "<object_id>/history/<version_id>/")
        if pattern.startswith("admin/") and route.name not in ASIDE:
            yield str(route.name), pattern.removeprefix("admin/")


def addresses(pick: Pick, *, only: Collection[type[Model]] = ()) -> Iterator[Address]:
    """Of all models and of the whole, or of some models only.

    AssertionError where nobody said how a place of a route is filled, or there is no thing to fill it.
    """
    models = {f"{m._meta.app_label}/{m._meta.model_name}/": m for m in registered()}
    for name, pattern in routes():
        model = next((m for start, m in models.items() if pattern.startswith(start)), None)
        if only and model not in only:
            continue
        thing = None if model is None else pick(model)
        places = _PLACE.findall(pattern)
        for values in product(*(_values(place, model, thing, name) for place in places)):
            path = pattern
            for value in values:
                path = _PLACE.sub(value, path, count=1)
            yield Address(name, model, f"/admin/{path}", not {*OF_A_THING}.isdisjoint(places))


def of_shop(shop: Store) -> Pick:
    """Things of that shop where they belong to one, otherwise any; nobody's own account."""

    def pick(model: type[Model]) -> Model | None:
        owner = admin.site._registry[model]
        rows = model._base_manager.order_by("pk")
        if model is User:
            return rows.filter(username="somebody").first()
        rule = owner.shop_rule if isinstance(owner, HouseAdmin) else None
        own = within(rows, rule, frozenset({shop.pk})).first() if rule else None
        return own or rows.first()

    return pick


def _values(
    place: str, model: type[Model] | None, thing: Model | None, name: str
) -> tuple[str, ...]:
    if place in OF_A_THING:
        if model is None:
            return ("1",)
        assert thing is not None, f"{name}: there is no {model._meta.label} to try it with."
        return (str(thing.pk),)
    if place == "act":
        assert model is not None
        return _acts(model, bulk=name.endswith("_bulk"))
    if place == "version_id":
        history = getattr(thing, "history", None)
        newest = history and history.order_by("history_id").first()
        return (str(newest.history_id if newest else 1),)
    assert place in FIXED, f"{name}: how is {place} filled? Say it in tests/admin/addresses.py."
    return FIXED[place]


def _acts(model: type[Model], *, bulk: bool) -> tuple[str, ...]:
    owner = admin.site._registry[model]
    names = tuple(act.name for act in getattr(owner, "bulk_acts" if bulk else "acts", ()))
    return names or ("none",)
