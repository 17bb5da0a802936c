"""Refunds, with what was asked of the processor and heard from it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from apps.common import display
from apps.common.admin import (
    Act,
    BulkAct,
    BulkAdmin,
    ReadOnlyAdmin,
    ReadOnlyInline,
    actor_of,
    one_by_one,
    rows,
    section,
)
from apps.common.admin.columns import (
    column,
    copyable,
    exactly,
    money,
    pairs,
    state,
    when,
)
from apps.common.admin.filters import belongs, chosen, since
from apps.refunds import services
from apps.refunds.models import (
    Refund,
    RefundEvent,
)
from apps.refunds.services.asking import may_be_asked
from apps.refunds.states import OPEN, RefundKind, RefundStatus

_ZONE = "store__timezone"


TONES = {
    RefundStatus.SUCCEEDED: display.GOOD,
    RefundStatus.SUBMITTED: display.WAIT,
    RefundStatus.REQUIRES_ACTION: display.WAIT,
    RefundStatus.UNKNOWN: display.BAD,
    RefundStatus.FAILED: display.BAD,
    RefundStatus.REVERSED: display.BAD,
}


_STATE = state("status", _("status"), TONES)


_SEARCHED = timedelta(days=90)


class StepInline(ReadOnlyInline[RefundEvent, Refund]):
    model = RefundEvent
    verbose_name_plural = _("What was asked and heard")
    ordering = ("id",)
    fields = rows(
        exactly("at", _("when"), zone="refund__store__timezone"),
        "kind",
        "attempt",
        pairs("detail", _("detail")),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[RefundEvent]:
        return super().get_queryset(request).select_related("refund__store")


def _is_overdue(value: str) -> Q:
    late = timezone.now() - timedelta(minutes=1)
    return (
        Q(status__in=OPEN, next_attempt_at__lt=late) if value == "overdue" else Q(status__in=OPEN)
    )


@column("original", _("original tender"))
def original(refund: Refund) -> str:
    tender = refund.sale_tender
    if tender is None:
        return display.muted(_("none: instead of one"))
    text = f"{tender.sale.receipt_number}, {tender.get_kind_display()} {tender.last4}".strip()
    return display.link(tender.sale, text)


@column("belongs", _("return"))
def belongs_to(refund: Refund) -> str:
    label, _sep, key = refund.reference.partition(":")
    return (
        display.link_to("returns.customerreturn", key, refund.label)
        if label == "return"
        else refund.label
    )


@column("instead", _("paid instead by"))
def instead(refund: Refund) -> str:
    if refund.superseded_by is None:
        return display.NOTHING
    other = refund.superseded_by
    return display.link(other, f"{other.get_kind_display()}, {other.get_status_display()}")


@column("credit", _("store credit"))
def credit(refund: Refund) -> str:
    return (
        display.link(refund.store_credit, refund.store_credit.code)
        if refund.store_credit
        else display.NOTHING
    )


@column("till", _("shop / register"))
def till(refund: Refund) -> str:
    return f"{refund.store.number} / {refund.terminal_number or '-'}"


def _ask(request: HttpRequest, refund: Refund) -> Any:
    services.ask_now(refund, actor=actor_of(request), now=timezone.now())
    return _("A worker asks the processor at once; what it says stands below.")


_BEFORE = _(
    "A worker asks the processor what became of it, now instead of at its next time. Money is only "
    "sent where the processor says that it has no such refund, and under the same key as before: it "
    "is paid once."
)
ASK = Act("ask-now", _("Ask the processor now"), lambda refund: _BEFORE, _ask, fits=may_be_asked)
_ASK_ALL = BulkAct(
    "ask-now",
    _("Ask the processor now"),
    lambda n: (
        ngettext(
            "A worker asks the processor what became of %(n)s refund.",
            "A worker asks the processor what became of %(n)s refunds, one after the other.",
            n,
        )
        % {"n": n}
    ),
    one_by_one(
        _ask, lambda n: ngettext("%(n)s is asked about.", "%(n)s are asked about.", n) % {"n": n}
    ),
    why_not=lambda refund: "" if may_be_asked(refund) else _("It is settled, or was never sent"),
    most=500,
)


@admin.register(Refund)
class RefundAdmin(BulkAdmin[Refund], ReadOnlyAdmin[Refund]):
    """Money goes back once, by the worker, under one key; nobody pays or stops it here by hand."""

    shop_rule = "store_id"
    acts = (ASK,)
    bulk_acts = (_ASK_ALL,)

    trail_name = "refund"

    ordering = ("-created_at", "-id")
    list_display = (
        when("created_at", _("made"), zone=_ZONE),
        belongs_to,
        till,
        "kind",
        money("amount_minor", _("amount")),
        _STATE,
        "attempts",
        when("next_attempt_at", _("next attempt")),
        "failure_code",
    )
    list_select_related = ("store",)
    list_filter = (
        chosen("status", _("Status"), RefundStatus.choices),
        chosen(
            "due",
            pgettext_lazy("state", "Open"),
            [("open", _("on its way")), ("overdue", _("overdue"))],
            _is_overdue,
        ),
        chosen("kind", _("To"), RefundKind.choices),
        belongs("store", _("Shop")),
        since("created_at", _("Made")),
    )
    search_paths = (
        "pk",
        "sale_tender__sale__receipt_number",
        "sale_tender__sale__customer_ref",
        "store_credit__code",
    )
    search_help_text = _(
        "Refund id, receipt, customer, credit code; return number or processor reference of 90 days"
    )
    inlines = (StepInline,)
    fieldsets = (
        section(None, money("amount_minor", _("amount")), _STATE, "kind", belongs_to, original),
        section(
            _("At the processor"),
            "gateway",
            copyable("provider_ref", _("reference at the processor")),
            copyable("payment_ref", _("payment")),
            "failure_code",
            "attempts",
            exactly("next_attempt_at", _("next attempt"), zone=_ZONE),
        ),
        section(_("Where it went"), credit, instead, till, "customer_ref"),
        section(
            _("Times"),
            exactly("created_at", _("made"), zone=_ZONE),
            exactly("settled_at", _("settled"), zone=_ZONE),
            copyable("id", _("id")),
            copyable("idempotency_key", _("key at the processor")),
        ),
    )
    empty_says = _("Every return that gives money back opens a refund for each tender.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refund]:
        return (
            super()
            .get_queryset(request)
            .select_related("store", "sale_tender__sale", "superseded_by", "store_credit")
        )

    def more_found(self, term: str) -> list[QuerySet[Refund, Any]]:
        recent = Refund.objects.filter(created_at__gte=timezone.now() - _SEARCHED)
        fields = ("label", "provider_ref", "payment_ref", "customer_ref")
        return [recent.filter(**{field: term}).values("pk") for field in fields]
