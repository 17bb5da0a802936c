"""Messages of web shops: what came, what it became, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.common import display
from apps.common.admin import (
    Act,
    AskingAct,
    AskingAdmin,
    BulkAct,
    BulkAdmin,
    ReadOnlyAdmin,
    ReasonForm,
    actor_of,
    answers,
    one_by_one,
    section,
)
from apps.common.admin.columns import column, copyable, exactly, related, state, when
from apps.common.admin.filters import chosen, since
from apps.integrations import services
from apps.integrations.models import InboundMessage, WebShop
from apps.integrations.policy.shopify import TOPICS
from apps.integrations.services.orders import AGAIN as MAY_GO_AGAIN
from apps.integrations.states import MessageStatus

_STATE = state(
    "status",
    _("status"),
    {
        MessageStatus.RECEIVED: display.WAIT,
        MessageStatus.HELD: display.WAIT,
        MessageStatus.APPLIED: display.GOOD,
        MessageStatus.REJECTED: display.BAD,
    },
)


class ByShop(SimpleListFilter):
    title = _("Web shop")
    parameter_name = "shop"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Iterable[Any]:
        found = WebShop.objects.order_by("name").values_list("pk", "name")
        return [(str(key), name) for key, name in found]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = {key for key, _name in self.lookup_choices}
        return queryset.filter(shop=self.value()) if self.value() in known else queryset


@column("about", _("order"))
def about(message: InboundMessage) -> str:
    return display.noted(message.label or message.order_ref, display.code(message.topic))


@column("why", _("why"))
def why(message: InboundMessage) -> str:
    if not message.cause:
        return display.NOTHING
    return display.noted(display.code(message.cause), message.detail)


@column("body", _("what was kept"))
def body(message: InboundMessage) -> str:
    if not message.body:
        return display.muted(_("forgotten after 90 days"))
    return display.document(message.body)


def _may_go_again(message: InboundMessage) -> bool:
    return message.status in MAY_GO_AGAIN


def _again(request: HttpRequest, message: InboundMessage) -> Any:
    services.try_again(message, actor=actor_of(request), now=timezone.now())
    return _("It is applied at the next tick.")


def _resolve(request: HttpRequest, message: InboundMessage) -> Any:
    services.resolve_message(
        message, note=answers(request)["note"], actor=actor_of(request), now=timezone.now()
    )
    return _("Resolved.")


AGAIN = Act(
    "again",
    _("Try again"),
    lambda message: _("It is applied anew, with the web shop's settings as they are now."),
    _again,
    fits=_may_go_again,
)
RESOLVE = AskingAct(
    "resolve",
    _("Resolve"),
    lambda message: _("It was seen to in another way, and is not applied."),
    _resolve,
    fits=lambda message: message.status in (MessageStatus.HELD, MessageStatus.REJECTED),
    form=lambda message: lambda data=None: ReasonForm(data, label=_("What was done")),
)
_ALL_AGAIN = BulkAct(
    "again",
    _("Try again"),
    lambda n: ngettext(
        "%(n)s message is applied anew.", "%(n)s messages are applied anew.", n
    ) % {"n": n},
    one_by_one(_again, lambda n: ngettext("%(n)s is queued.", "%(n)s are queued.", n) % {"n": n}),
    why_not=lambda message: "" if _may_go_again(message) else _("It waits for nothing"),
    most=500,
)  # fmt: skip


@admin.register(InboundMessage)
class InboundMessageAdmin(
    AskingAdmin[InboundMessage], BulkAdmin[InboundMessage], ReadOnlyAdmin[InboundMessage]
):
    """What came is a fact; what happens next is decided with the buttons."""

    acts = (AGAIN, RESOLVE)
    bulk_acts = (_ALL_AGAIN,)
    trail_name = "web_shop_message"
    ordering = ("-received_at", "-id")
    list_display = (about, related("shop", _("web shop")), _STATE, why,
                    when("received_at", _("received")), "times")  # fmt: skip
    list_select_related = ("shop",)
    list_filter = (
        ByShop,
        chosen("status", _("Status"), MessageStatus.choices),
        chosen("topic", _("Topic"), [(topic, topic) for topic in TOPICS]),
        since("received_at", _("Received")),
    )
    search_help_text = _("Receipt or order number, the web shop's order id, or the id of a message")
    lead = _("What web shops posted. Names, addresses and card numbers are not kept.")
    empty_says = _("Signed messages of web shops stand here, with what became of each.")
    empty_first = _("Add a web shop, and subscribe its webhooks to the address on its page.")
    fieldsets = (
        section(None, about, related("shop", _("web shop")), _STATE, why,
                related("sale", _("sale"))),
        section(_("As it came"), body, copyable("order_ref", _("order id")),
                copyable("webhook_id", _("webhook id")), copyable("event_id", _("event id"))),
        section(_("Times"), exactly("received_at", _("received")), "times",
                exactly("last_at", _("last came")), "attempts",
                exactly("next_attempt_at", _("next attempt")), exactly("settled_at", _("settled")),
                "settled_by", "note"),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboundMessage]:
        return super().get_queryset(request).select_related("shop", "sale").defer("counted")

    def more_found(self, term: str) -> list[QuerySet[InboundMessage, Any]]:
        """All messages of the order that is meant. Every web shop is named, so that the index (web
        shop, order) carries it."""
        shops = list(WebShop.objects.values_list("pk", flat=True))
        meant = {term}
        for path in ("label", "sale__receipt_number"):
            same = InboundMessage.objects.filter(**{path: term}).exclude(label="")
            meant |= set(same.values_list("order_ref", flat=True)[:100])
        of_order = InboundMessage.objects.filter(shop__in=shops, order_ref__in=meant)
        found: list[QuerySet[InboundMessage, Any]] = [of_order.values("pk")]
        if (of_id := self._look_up("pk", term)) is not None:
            found.append(of_id)
        return found
