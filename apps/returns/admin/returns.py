"""The list of returns, and the page that tells the story of one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common import display
from apps.common.admin import ReadOnlyAdmin
from apps.common.admin.columns import column, money, state, when
from apps.common.admin.filters import belongs, chosen, since
from apps.common.admin.scope import shops_of
from apps.refunds.models import Refund
from apps.refunds.states import OPEN, RefundStatus
from apps.returns.admin.approving import ApprovingPages
from apps.returns.admin.story import DECISION_TONES, STATUS_TONES, read_story
from apps.returns.models import CustomerReturn
from apps.returns.policy.appeal import number_of
from apps.returns.states import Outcome, ReturnKind, ReturnStatus

_SEARCHED = timedelta(days=90)
_GONE = {RefundStatus.CANCELLED, RefundStatus.SUPERSEDED}


@column("till", _("shop / register"))
def till(customer_return: CustomerReturn) -> str:
    return f"{customer_return.store.number} / {customer_return.terminal.number}"


@column("receipt", _("receipt"))
def receipt(customer_return: CustomerReturn) -> str:
    return customer_return.receipt_number or display.muted(_("without"))


@column("state_refund", _("money"))
def refund_state(customer_return: Any) -> str:
    """All refunds of the return in one word."""
    found = {s for s in customer_return.refund_states if s not in _GONE}
    if not customer_return.refund_states:
        return display.NOTHING
    if not found:
        return display.badge(_("Cancelled"))
    if found & {RefundStatus.UNKNOWN, RefundStatus.FAILED, RefundStatus.REVERSED}:
        return display.badge(_("Not known"), display.BAD)
    if found & set(OPEN):
        return display.badge(_("On its way"), display.WAIT)
    if RefundStatus.PLANNED in found:
        return display.badge(_("Planned"))
    return display.badge(_("Paid back"), display.GOOD)


@admin.register(CustomerReturn)
class CustomerReturnAdmin(ApprovingPages, ReadOnlyAdmin[CustomerReturn]):
    """Decided and completed by registers; what happened is corrected by a new fact, never by hand."""

    shop_rule = "store_id"
    trail_name = "return"
    ordering = ("-received_at", "-id")
    list_display = (
        "number",
        when("received_at", _("heard"), zone="store__timezone"),
        till,
        receipt,
        state("decision", _("decision"), DECISION_TONES),
        state("status", _("status"), STATUS_TONES),
        money("refund_total_minor", _("money back")),
        refund_state,
    )
    list_select_related = ("store", "terminal")
    list_filter = (
        since("received_at", _("Heard")),
        chosen("decision", _("Decision"), Outcome.choices),
        chosen("status", _("Status"), ReturnStatus.choices),
        chosen("kind", _("Kind"), ReturnKind.choices),
        belongs("store", _("Shop")),
    )
    search_paths = (
        "number",
        "sale__receipt_number",
        "sale__customer_ref",
        "pk",
        "lines__sale_line__serial_number",
    )
    search_help_text = _(
        "Return number, appeal reference, receipt, customer, serial number, refund id or processor reference"
    )
    change_form_template = "admin/returns/story.html"
    empty_says = _("Returns appear here as registers ask for them, denied ones too.")
    empty_first = _("Publish a return policy: until there is one, every return is denied.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CustomerReturn]:
        reference = Concat(Value("return:"), Cast(OuterRef("pk"), CharField()))
        states = Refund.objects.filter(reference=reference).values("status")
        rows = super().get_queryset(request).defer("messages", "trace")
        return rows.annotate(refund_states=ArraySubquery(states))

    def more_found(self, term: str) -> list[QuerySet[CustomerReturn, Any]]:
        """What has no index of its own is looked for in the last 90 days."""
        after = timezone.now() - _SEARCHED
        recent = CustomerReturn.objects.filter(received_at__gte=after)
        if number := number_of(term):
            return [CustomerReturn.objects.filter(number__iexact=number).values("pk")]
        found = [
            recent.filter(**{f: term}).values("pk") for f in ("receipt_number", "customer_ref")
        ]
        refunds = Refund.objects.filter(created_at__gte=after, provider_ref=term)
        if _is_id(term):
            refunds = refunds.union(Refund.objects.filter(pk=term))
        labels = list(refunds.values_list("label", flat=True))
        if labels:
            found.append(CustomerReturn.objects.filter(number__in=labels).values("pk"))
        return found

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        user = request.user
        story = read_story(
            object_id,
            shops=shops_of(request, self.admin_site),
            with_trail=user.has_perm("audit.view_auditentry"),
            with_request=user.has_perm("idempotency.view_idempotentrequest"),
        )
        extra = {**(extra_context or {}), "story": story}
        return super().change_view(request, object_id, form_url, extra)


def _is_id(term: str) -> bool:
    return len(term) in (32, 36) and all(c in "0123456789abcdefABCDEF-" for c in term)
