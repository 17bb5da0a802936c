"""The trail: read only, for IT and auditors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.audit.models import AuditEntry
from apps.common import display
from apps.common.admin import ReadOnlyAdmin, section
from apps.common.admin.columns import column, exactly, pairs, when
from apps.common.admin.filters import chosen

LABELS_AMONG = 100_000
"""A search by label looks at so many of the newest entries: labels have no index of their own."""

_KINDS = (
    ("user", _("Staff")),
    ("terminal", _("Registers")),
    ("worker", _("Workers")),
    ("command", _("Commands")),
)
_SUBJECTS = (
    ("return", _("Returns")),
    ("refund", _("Refunds")),
    ("sale", _("Sales")),
    ("terminal", _("Registers")),
    ("policy", _("Policies")),
    ("item", _("Items")),
    ("store", _("Shops")),
    ("user", _("People")),
    ("destination", _("Destinations")),
    ("secrets", _("Stored secrets")),
)


class SubjectFilter(SimpleListFilter):
    """The entries of one thing, as `return:<id>`: other pages link here."""

    title = _("About")
    parameter_name = "subject"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Iterable[Any]:
        value = request.GET.get("subject")
        return (
            [(value, _("this %(kind)s only") % {"kind": value.partition(":")[0]})] if value else []
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        kind, _sep, key = (self.value() or "").partition(":")
        return queryset.filter(subject_type=kind, subject_id=key) if kind else queryset


@column("who", _("who"))
def who(entry: AuditEntry) -> str:
    kinds = dict(_KINDS)
    return display.noted(entry.actor_label, kinds.get(entry.actor_kind, ""))


@column("place", _("shop / register"))
def place(entry: AuditEntry) -> str:
    parts = [part for part in (entry.store_number, entry.terminal_number) if part]
    return " / ".join(parts) or display.NOTHING


@column("what", _("what"))
def what(entry: AuditEntry) -> str:
    return display.code(entry.action)


@column("about", _("on what"))
def about(entry: AuditEntry) -> str:
    return entry.subject_label or f"{entry.subject_type} {entry.subject_id}"


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin[AuditEntry]):
    """Who did what to what, where, when and why. PostgreSQL itself refuses to change an entry."""

    shop_rule = "store_id"
    ordering = ("-id",)
    list_display = (when("at", _("when")), who, what, about, place, "outcome", "reason")
    list_filter = (
        chosen("actor_kind", _("Who"), _KINDS),
        chosen("subject_type", _("On what"), _SUBJECTS),
        SubjectFilter,
    )
    search_paths = ("store_number", "action")
    search_help_text = _(
        "Shop number or action; a return, receipt, register or name among the newest entries"
    )
    fieldsets = (
        section(None, exactly("at", _("when")), who, "actor_kind", place),
        section(None, what, about, "outcome", "reason"),
        section(
            _("Details"), pairs("data", _("details")), "subject_type", "subject_id", "request_id"
        ),
    )
    empty_says = _("Everything that is done leaves an entry here, as soon as something is done.")

    def more_found(self, term: str) -> list[QuerySet[AuditEntry, Any]]:
        newest = AuditEntry.objects.aggregate(newest=Max("pk"))["newest"] or 0
        recent = AuditEntry.objects.filter(pk__gt=newest - LABELS_AMONG)
        known = [kind for kind, _label in _SUBJECTS]
        return [
            recent.filter(subject_label=term).values("pk"),
            recent.filter(actor_label=term).values("pk"),
            AuditEntry.objects.filter(subject_type__in=known, subject_id=term).values("pk"),
        ]
