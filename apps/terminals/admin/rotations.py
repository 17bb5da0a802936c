"""Rotations: how far each has come, and who is missing."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminForm
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.admin import Act, ActingAdmin, ReadOnlyAdmin, actor_of, once, section
from apps.common.admin.columns import exactly, when
from apps.common.errors import Invalid
from apps.terminals import services
from apps.terminals.admin.bulk import ORDERED_FOR
from apps.terminals.admin.order_form import OrderForm
from apps.terminals.admin.ordering import told
from apps.terminals.admin.standing import bar, hours, read_standing, state, state_of
from apps.terminals.models import Rotation
from apps.terminals.policy.progress import RotationState
from apps.terminals.selectors import progress_of


def _call_off(request: HttpRequest, rotation: Rotation) -> Any:
    services.cancel_rotation(rotation, actor=actor_of(request), now=timezone.now())
    return _("The rotation is called off.")


CALL_OFF = Act(
    "call-off",
    _("Call off"),
    lambda rotation: _(
        "Registers that have not rotated yet are told so no more, and keep their keys; a register "
        "that has posted its new key already still changes over to it. Those that are done stay so."
    ),
    _call_off,
    fits=lambda rotation: state_of(rotation) not in (RotationState.DONE, RotationState.CALLED_OFF),
    danger=True,
)


@admin.register(Rotation)
class RotationAdmin(ActingAdmin[Rotation], ReadOnlyAdmin[Rotation]):
    """Ordered by a form, called off by a button; what came of it is written by registers."""

    acts = (CALL_OFF,)
    trail_name = "rotation"
    add_says = _("Order a rotation")
    ordering = ("-id",)
    list_display = (
        "label",
        bar,
        state,
        when("starts_at", _("from")),
        when("due_at", _("due by")),
        "ordered_by",
        "reason",
    )
    search_paths = ("label__icontains", "ordered_by__icontains", "reason__icontains")
    search_help_text = _("Registers, who ordered it, or the reason")
    change_form_template = "admin/terminals/rotation.html"
    lead = _(
        "Registers make their new keys by themselves and go on working meanwhile. Policies do this "
        "without any order; an order is for when it has to be sooner."
    )
    empty_says = _("Rotations that somebody ordered, and how far they have come.")
    empty_first = _("Rotation policies need no order: registers follow them by themselves.")
    fieldsets = (
        section(None, hours, exactly("starts_at", _("from")), exactly("due_at", _("due by"))),
        section(None, "ordered_by", exactly("created_at", _("ordered")), "reason"),
    )
    order_sections: ClassVar[Any] = (
        section(None, "which", "region", "store", "registers"),
        section(_("When"), "starts_at", "days", "window_start", "window_end"),
        section(None, "reason"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rotation]:
        return progress_of(super().get_queryset(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_act(request)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.progress_view)
        own = path("<path:object_id>/progress/", view, name="terminals_rotation_progress")
        return [own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        rotation = self.get_object(request, object_id)
        standing = read_standing(rotation) if rotation else None
        extra = {**(extra_context or {}), "standing": standing}
        return super().change_view(request, object_id, form_url, extra)

    def progress_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The progress alone, for the refresh of its page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rotation = self.get_object(request, object_id)
        if rotation is None:
            raise Http404
        context = {"standing": read_standing(rotation)}
        return TemplateResponse(request, "admin/terminals/rotation_progress.html", context)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The form that orders a rotation."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if before := once.sent_before(request):
            return before
        named = request.session.pop(ORDERED_FOR, "")
        initial = {"which": "chosen", "registers": named} if named else {}
        form = OrderForm(request.POST if request.method == "POST" else None, initial=initial)
        if form.is_valid() and (made := self._order(request, form)):
            page = reverse("admin:terminals_rotation_change", args=[made.pk])
            once.spend(request, page)
            return HttpResponseRedirect(page)
        return self._order_page(request, form)

    def _order(self, request: HttpRequest, form: OrderForm) -> Rotation | None:
        now = timezone.now()
        order = form.order(now)
        try:
            made = services.order_rotation(order, actor=actor_of(request), now=now)
        except Invalid as error:
            form.add_error(None, error.detail)
            return None
        messages.success(request, told(made, len(order.terminal_ids)))
        return made

    def _order_page(self, request: HttpRequest, form: OrderForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": self.add_says,
            "opts": self.opts,
            "adminform": AdminForm(form, self.order_sections, {}),  # type: ignore[arg-type]
            "errors": form.errors,
            "says": _("Order the rotation"),
            "once": once.fresh(),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/terminals/order.html", context)
