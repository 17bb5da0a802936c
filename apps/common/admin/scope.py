"""Which shops a page may show: every list, page, search and filter begins at these rows.

Closed unless said otherwise: a page that does not declare how its rows belong to a shop is shown
only to people who see every shop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, cast

from django.contrib.admin import AdminSite
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

Shops = frozenset[int] | None
"""Ids of the shops that somebody may see; None is all."""

ShopRule = str | Callable[[frozenset[int]], Q]
"""The path from a row to the id of its shop (`sale__store_id`), or what holds of rows to be seen."""


class ScopingSite(Protocol):
    """The admin site as the pages need it: people lie above this app, the site knows them."""

    def shops_of(self, request: HttpRequest) -> Shops: ...


def everybodys(shops: frozenset[int]) -> Q:
    """For what names no shop: words, items, profiles."""
    return Q()


def shops_of(request: HttpRequest, site: AdminSite) -> Shops:
    return cast(ScopingSite, site).shops_of(request)


def within(rows: QuerySet[Any], rule: ShopRule | None, shops: Shops) -> QuerySet[Any]:
    """Those of `rows` that somebody who may see `shops` may see; without a rule, none."""
    if shops is None:
        return rows
    if rule is None:
        return rows.none()
    return rows.filter(rule(shops) if callable(rule) else Q(**{f"{rule}__in": shops}))


def seen_rows(request: HttpRequest, site: AdminSite, model: type[Model]) -> QuerySet[Any]:
    """The rows of another model that this person may see, for choices; by its own page's rule."""
    owner = site._registry.get(model)
    rows = model._base_manager.all()
    return within(rows, getattr(owner, "shop_rule", None), shops_of(request, site))
