"""The list of the trail: one box that finds everything, filters, and pages that never count."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.audit import selectors
from apps.common.admin.filters import Filter
from apps.common.admin.keyset import KeysetChangeList
from apps.common.cards import contains_card_number

KINDS = (
    ("user", _("Staff")),
    ("terminal", _("Registers")),
    ("integration", _("Integrations")),
    ("worker", _("Workers")),
    ("command", _("Commands")),
    ("outside", _("From outside")),
)
SUBJECTS = {
    "return": _("Returns"),
    "refund": _("Refunds"),
    "sale": _("Sales"),
    "terminal": _("Registers"),
    "policy": _("Policies"),
    "item": _("Items"),
    "store": _("Shops"),
    "user": _("People"),
    "destination": _("Destinations"),
    "delivery": _("Deliveries"),
    "secrets": _("Stored secrets"),
    "trail": _("The trail itself"),
}


def narrowing(name: str, label: Any, choices: Callable[[HttpRequest], Iterable[Any]]) -> Filter:
    """A filter of `selectors.CONDITIONS`, chosen from what `choices` offers."""

    class Narrowing(SimpleListFilter):
        title = label
        parameter_name = name

        def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Iterable[Any]:
            return choices(request)

        def has_output(self) -> bool:
            return bool(self.lookup_choices)

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            return selectors.narrow(queryset, {name: self.value() or ""})

    return Narrowing


def typed(name: str, label: Any, type_: str) -> Filter:
    """The same for a value that is written, in a field of HTML's `type_`."""

    class Typed(narrowing(name, label, lambda request: [("", "")])):  # type: ignore[misc]
        typed = type_

    return Typed


def _same(values: Iterable[str]) -> list[tuple[str, str]]:
    return [(value, value) for value in values]


def _shops(request: HttpRequest) -> list[tuple[Any, Any]]:
    return [
        (selectors.NO_SHOP, _("no shop (chain 0)")),
        *_same(selectors.values_of("store_number")),
    ]


def _registers(request: HttpRequest) -> list[tuple[str, str]]:
    """Those of the shop that is chosen; register numbers alone say little."""
    shop = request.GET.get("shop", "")
    return _same(selectors.registers_of(shop)) if shop and shop != selectors.NO_SHOP else []


def _about(request: HttpRequest) -> list[tuple[str, Any]]:
    return [(kind, SUBJECTS.get(kind, kind)) for kind in selectors.values_of("subject_type")]


def _one_thing(request: HttpRequest) -> list[tuple[str, Any]]:
    """The entries of one thing, as `return:<id>`: other pages link here."""
    value = request.GET.get("subject", "")
    text = _("this %(kind)s only") % {"kind": value.partition(":")[0]}
    return [(value, text)] if value else []


FILTERS = (
    typed("since", _("From (UTC)"), "datetime-local"),
    typed("until", _("To (UTC)"), "datetime-local"),
    narrowing("shop", _("Shop"), _shops),
    narrowing("register", _("Register"), _registers),
    narrowing("kind", _("Who"), lambda request: KINDS),
    narrowing("action", _("What"), lambda request: _same(selectors.values_of("action"))),
    narrowing("outcome", _("Outcome"), lambda request: _same(selectors.values_of("outcome"))),
    narrowing("about", _("On what"), _about),
    narrowing("subject", _("About"), _one_thing),
)


class TrailChangeList(KeysetChangeList):
    """What was searched is looked up way by way; see `selectors`."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self._request = request
        super().__init__(request, *args, **kwargs)

    @cached_property
    def ways(self) -> list[Q] | None:
        """None without a search; nothing at all for card numbers, which are kept nowhere."""
        term = self.query.strip()
        if not term:
            return None
        if contains_card_number(term):
            return []
        page: Any = self.model_admin
        return selectors.branches(term, page.subjects_of(term, self._request))

    def fetch(self, rows: Any, *, backwards: bool, limit: int) -> list[Any]:
        return selectors.take(rows, self.ways, limit, oldest_first=backwards)
