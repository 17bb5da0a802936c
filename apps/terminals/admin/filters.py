"""The questions people ask of the fleet, as filters of its list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from apps.common.admin.filters import chosen
from apps.common.admin.scope import seen_rows
from apps.stores.models import Region
from apps.terminals.models import Credential, Notice
from apps.terminals.policy.health import SILENT_AFTER, SKEW_TOLERATED_MS
from apps.terminals.policy.rotation import LONGEST_LEAD
from apps.terminals.states import REMINDERS, USABLE, CredentialStatus, TerminalStatus


def _is_seen(value: str) -> Q:
    recent = Q(seen__last_seen_at__gte=timezone.now() - SILENT_AFTER)
    return recent if value == "yes" else ~recent


SEEN = chosen("seen", _("Seen within a day"), [("yes", _("yes")), ("no", _("no"))], _is_seen)


def _of_key(value: str) -> Q:
    """Needs `with_rotation`."""
    now = timezone.now()
    has = Credential.objects.filter(terminal=OuterRef("pk"))
    if value == "overdue":
        return Q(due_at__lte=now, status=TerminalStatus.ACTIVE)
    if value == "soon":
        soon = Q(due_at__gt=now, due_at__lte=now + LONGEST_LEAD)
        return soon & Q(status=TerminalStatus.ACTIVE)
    if value == "new":
        return Q(Exists(has.filter(status=CredentialStatus.PENDING)))
    if value == "overlap":
        return Q(Exists(has.filter(status=CredentialStatus.RETIRING, not_after__gt=now)))
    return ~Q(Exists(has.filter(Q(not_after=None) | Q(not_after__gt=now), status__in=USABLE)))


KEY_STATE = chosen(
    "key",
    _("Key"),
    [
        ("overdue", _("older than it may be")),
        ("soon", _("due within two weeks")),
        ("new", _("new one not used yet")),
        ("overlap", _("old and new in use")),
        ("none", _("none that works")),
    ],
    _of_key,
)


def _to_look_at(value: str) -> Q:
    if value == "clock":
        behind = Q(seen__clock_skew_ms__lt=-SKEW_TOLERATED_MS)
        return behind | Q(seen__clock_skew_ms__gt=SKEW_TOLERATED_MS)
    if value == "queue":
        return Q(seen__queue_depth__gt=0)
    if value == "never":
        return Q(seen=None)
    notices = Notice.objects.filter(terminal=OuterRef("pk"), cleared_at=None)
    return Q(Exists(notices.exclude(kind__in=REMINDERS)))


LOOK_AT = chosen(
    "look",
    _("To look at"),
    [
        ("notice", _("an open notice")),
        ("queue", _("things waiting in it")),
        ("clock", _("clock more than 30 s off")),
        ("never", _("never heard of")),
    ],
    _to_look_at,
)


class RegionFilter(SimpleListFilter):
    title = _("Region")
    parameter_name = "region"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Iterable[Any]:
        rows = seen_rows(request, model_admin.admin_site, Region).order_by("name")
        return [(str(region.pk), region.name) for region in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(store__region=value) if value and value.isdigit() else queryset


_PERIODS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}


class AddedFilter(SimpleListFilter):
    """Lately, or by one import: all its registers were added at the same moment."""

    title = _("Added")
    parameter_name = "added"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Iterable[Any]:
        choices: list[tuple[str, Any]] = [
            ("hour", _("the last hour")),
            ("day", _("the last 24 hours")),
            ("week", _("the last 7 days")),
        ]
        if at := moment_of(request.GET.get(self.parameter_name)):
            choices.append((request.GET[self.parameter_name], f"{at:%H:%M:%S UTC, %Y-%m-%d}"))
        return choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        if value in _PERIODS:
            return queryset.filter(created_at__gte=timezone.now() - _PERIODS[value])
        at = moment_of(value)
        return queryset.filter(created_at=at) if at else queryset


def moment_of(text: str | None) -> datetime | None:
    """`2026-11-21T14:12:00.123456Z` as that moment; None for anything else."""
    try:
        at = parse_datetime(text or "")
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None
