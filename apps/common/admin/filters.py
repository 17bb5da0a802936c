"""Filters of lists. Each is one parameter of the address, shown as a drop-down above the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.admin.scope import seen_rows

Filter = type[SimpleListFilter]
_PERIODS = {
    "hour": (_("the last hour"), timedelta(hours=1)),
    "day": (_("the last 24 hours"), timedelta(days=1)),
    "week": (_("the last 7 days"), timedelta(days=7)),
    "month": (_("the last 30 days"), timedelta(days=30)),
}


def chosen(
    name: str,
    label: Any,
    choices: Sequence[tuple[str, Any]],
    condition: Callable[[str], Q] | None = None,
) -> Filter:
    """One of these choices; `condition` says what a choice means, else the field equals it."""

    class Chosen(SimpleListFilter):
        title = label
        parameter_name = name

        def lookups(
            self, request: HttpRequest, model_admin: ModelAdmin[Any]
        ) -> Iterable[tuple[str, Any]]:
            return choices

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            value = self.value()
            if value is None or value not in dict(choices):
                return queryset
            return queryset.filter(condition(value) if condition else Q(**{name: value}))

    return Chosen


def mostly(
    name: str,
    label: Any,
    blank: Any,
    choices: Sequence[tuple[str, Any]],
    condition: Callable[[str], Q],
) -> Filter:
    """A list that shows only some rows until something is chosen; `blank` says which ones.

    `condition` says what a choice means, and `""` what holds without one.
    """

    class Mostly(chosen(name, label, choices, condition)):  # type: ignore[misc]
        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            value = self.value() or ""
            return queryset.filter(condition(value if value in dict(choices) else ""))

    Mostly.blank = blank
    return Mostly


def since(field: str, label: Any) -> Filter:
    """Within the last hour, day, week or month."""

    def condition(value: str) -> Q:
        start: datetime = timezone.now() - _PERIODS[value][1]
        return Q(**{f"{field}__gte": start})

    choices = [(name, text) for name, (text, _span) in _PERIODS.items()]
    return chosen(field, label, choices, condition)


def flagged(field: str, label: Any) -> Filter:
    """Yes or no."""
    choices = [("yes", _("yes")), ("no", _("no"))]
    return chosen(field, label, choices, lambda value: Q(**{field: value == "yes"}))


def lately(field: str, label: Any, *, at: str) -> Filter:
    """A rare yes, among the last 30 days only: no index finds it in the whole table."""

    def condition(value: str) -> Q:
        return Q(**{field: True, f"{at}__gte": timezone.now() - timedelta(days=30)})

    return chosen(field, label, [("yes", _("yes, in the last 30 days"))], condition)


def belongs(field: str, label: Any) -> Filter:
    """To one of the few things that the field can name (shops, profiles); one SELECT."""

    class Belongs(SimpleListFilter):
        title = label
        parameter_name = field

        def lookups(
            self, request: HttpRequest, model_admin: ModelAdmin[Any]
        ) -> Iterable[tuple[str, Any]]:
            target = model_admin.model._meta.get_field(field).related_model
            assert target is not None
            assert not isinstance(target, str)
            order = "number" if hasattr(target, "number") else "name"
            rows = seen_rows(request, model_admin.admin_site, target).order_by(order)
            return [(str(row.pk), str(row)) for row in rows]

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            value = self.value()
            return queryset.filter(**{field: value}) if value and value.isdigit() else queryset

    return Belongs
