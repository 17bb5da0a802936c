"""What other systems are told, and how far the feed has come."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.common import display
from apps.common.admin import ReadOnlyAdmin, section
from apps.common.admin.columns import column, exactly, pairs, when
from apps.common.admin.filters import chosen
from apps.events.models import Event, FeedHead

_KNOWN_BY = ("number", "receipt_number", "label", "name", "sku", "destination")
_SUBJECTS = ("sale", "return", "refund", "stock", "policy")


@column("kind", _("what happened"))
def kind(event: Event) -> str:
    return display.code(event.type)


@column("qty_position", _("place in the feed"))
def position(event: Event) -> str:
    if event.position is None:
        return display.badge(_("waits"), display.WAIT)
    return display.count(event.position)


@column("place", _("shop / register"))
def place(event: Event) -> str:
    parts = [part for part in (event.store_number, event.terminal_number) if part]
    return " / ".join(parts) or display.muted(_("all shops"))


@column("subject", _("subject"))
def subject(event: Event) -> str:
    """By the number or name that people know, else by a link to what it came of, or its id."""
    known = next((event.data[name] for name in _KNOWN_BY if event.data.get(name)), "")
    key = event.subject_id.rpartition(":")[2]
    reference = event.subject_id if ":" in event.subject_id else f"{event.subject_type}:{key}"
    return display.noted(display.called(known, reference, key), event.subject_type)


def _is_placed(value: str) -> Q:
    return Q(position__isnull=value == "no")


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin[Event]):
    """The ledger of what happened, in the order other systems hear of it."""

    shop_rule = "store_id"
    ordering = ("-ordinal",)
    list_display = (kind, subject, place, when("recorded_at", _("heard")), position)
    list_filter = (
        chosen("subject_type", _("About"), [(name, name) for name in _SUBJECTS]),
        chosen("placed", _("Placed in the feed"), [("yes", _("yes")), ("no", _("no"))], _is_placed),
    )
    search_paths = ("pk", "position", "type")
    search_help_text = _("Event id, place in the feed, type, or the id of what it is about")
    fieldsets = (
        section(None, kind, subject, place, position, "sequence"),
        section(None, exactly("occurred_at", _("happened")), exactly("recorded_at", _("heard"))),
        section(_("What is told"), pairs("data", _("told")), "subject_id", "id"),
    )
    empty_says = _("Sales, returns, refunds and published policies are told here.")

    def more_found(self, term: str) -> list[QuerySet[Event, Any]]:
        about = Event.objects.filter(subject_type__in=_SUBJECTS, subject_id=term)
        return [about.values("pk")]


@admin.register(FeedHead)
class FeedHeadAdmin(ReadOnlyAdmin[FeedHead]):
    """One row: the last place that was given, and the epoch of the feed."""

    ordering = ("id",)
    list_display = ("last_position", "epoch")
    fields = ("last_position", "epoch")
    lead = _("The last place given in the feed. The epoch changes after a restore from a backup.")
