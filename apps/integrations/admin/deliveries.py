"""The delivery log: each event for each destination, with every request and answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.common import display
from apps.common.admin import AskingAdmin, BulkAct, BulkAdmin, ReadOnlyAdmin, one_by_one, section
from apps.common.admin.columns import column, exactly, related, state, when
from apps.common.admin.filters import chosen, since
from apps.integrations.admin.delivery_acts import (
    DISCARD,
    DRY_RUN,
    RESOLVE,
    TRY_AGAIN,
    may_go_again,
    send_again,
)
from apps.integrations.admin.exchanges import attempts
from apps.integrations.models import Delivery, Destination
from apps.integrations.policy.event_types import EVENT_TYPES
from apps.integrations.selectors import dead_cause_names, subjects_of
from apps.integrations.states import DeliveryStatus

_TONES = {
    DeliveryStatus.DELIVERED: display.GOOD,
    DeliveryStatus.PENDING: display.WAIT,
    DeliveryStatus.SENDING: display.WAIT,
    DeliveryStatus.DEAD: display.BAD,
}
_STATE = state("status", _("status"), _TONES)


class ByDestination(SimpleListFilter):
    title = _("Destination")
    parameter_name = "destination"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Iterable[Any]:
        found = Destination.objects.order_by("name").values_list("pk", "name")
        return [(str(key), name) for key, name in found]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = {key for key, _name in self.lookup_choices}
        return queryset.filter(destination=self.value()) if self.value() in known else queryset


class ByCause(SimpleListFilter):
    """Causes of what is in the error queue at present."""

    title = _("Cause")
    parameter_name = "cause"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Iterable[Any]:
        found = {*dead_cause_names(), request.GET.get("cause", "")}
        return [(cause, cause) for cause in sorted(found - {""})]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(cause=self.value()) if self.value() else queryset


@column("aim", _("about"))
def about(delivery: Delivery) -> str:
    """By the number or name that people know, else by a link to what it came of, or its id."""
    kind, _sep, key = delivery.subject.partition(":")
    reference = key if ":" in key else delivery.subject
    return display.noted(display.called(delivery.label, reference, key), kind)


@column("kind", _("event"))
def kind(delivery: Delivery) -> str:
    return display.code(delivery.event_type)


@column("event", _("event id"))
def event(delivery: Delivery) -> str:
    return display.link_to(
        "events.event", delivery.event_id, display.copyable(str(delivery.event_id))
    )


@column("said", _("what was said"))
def said(delivery: Delivery) -> str:
    if not delivery.cause:
        return display.NOTHING
    return display.noted(display.code(delivery.cause), delivery.detail)


@column("state", _("status"))
def standing(delivery: Delivery) -> str:
    """For the list: with the time of the next attempt, where there is one."""
    if delivery.status != DeliveryStatus.PENDING:
        return _STATE(delivery)  # type: ignore[no-any-return]
    return display.noted(_STATE(delivery), display.moment(delivery.next_attempt_at))


@column("when_next", _("next attempt"))
def next_attempt(delivery: Delivery) -> str:
    if delivery.status != DeliveryStatus.PENDING:
        return display.NOTHING
    return display.moment(delivery.next_attempt_at)


_AGAIN = BulkAct(
    "again",
    _("Try again"),
    lambda n: ngettext(
        "%(n)s delivery goes out again, with all its attempts before it.",
        "%(n)s deliveries go out again, with all their attempts before them.",
        n,
    ) % {"n": n},
    one_by_one(
        send_again,
        lambda n: ngettext("%(n)s is queued.", "%(n)s are queued.", n) % {"n": n},
    ),
    why_not=lambda delivery: "" if may_go_again(delivery) else _("It is under way, or was discarded"),
    most=500,
)  # fmt: skip


@admin.register(Delivery)
class DeliveryAdmin(AskingAdmin[Delivery], BulkAdmin[Delivery], ReadOnlyAdmin[Delivery]):
    """What became of each is a fact; what happens next is decided with the buttons."""

    acts = (TRY_AGAIN, DRY_RUN, RESOLVE, DISCARD)
    bulk_acts = (_AGAIN,)
    trail_name = "delivery"
    ordering = ("-id",)
    list_display = (kind, about, related("destination", _("destination")), standing, "attempts",
                    said, when("created_at", _("made")))  # fmt: skip
    list_select_related = ("destination",)
    list_filter = (
        ByDestination,
        chosen("status", _("Status"), DeliveryStatus.choices),
        ByCause,
        chosen("event_type", _("Event"),
               [(t, t) for types in EVENT_TYPES.values() for t in types if "*" not in t]),
        since("created_at", _("Made")),
    )  # fmt: skip
    search_paths = ("subject",)
    search_help_text = _("Event id, return number, receipt, or the id of what it is about")
    lead = _("Each event for each destination. To send many again, use the error queue.")
    empty_says = _("What is sent to other systems stands here, with each request and answer.")
    empty_first = _("Add a destination first.")
    fieldsets = (
        section(None, kind, about, related("destination", _("destination")), _STATE, said,
                next_attempt, event),
        section(_("Requests and answers"), attempts),
        section(
            _("Times"), exactly("created_at", _("made")),
            exactly("first_failed_at", _("failing since")), exactly("settled_at", _("settled")),
            "settled_by", "note", "subject", "sequence", "position",
        ),
    )  # fmt: skip

    def more_found(self, term: str) -> list[QuerySet[Delivery, Any]]:
        found = Delivery.objects.filter(subject__in=subjects_of(term)).values("pk")
        if len(term) != 36:
            return [found]
        # Every destination is named, so that the index (destination, event) carries it.
        of_event = self._look_up("event_id", term)
        if of_event is None:
            return [found]
        every = list(Destination.objects.values_list("pk", flat=True))
        return [found, of_event.filter(destination__in=every)]
