"""The fleet: registers with their health, their keys, and what can be done to one or many."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.admin import BulkAdmin, HistoryAdmin, actor_of, once, section
from apps.common.admin.columns import copyable, exactly, related
from apps.common.admin.filters import belongs, chosen
from apps.terminals import services
from apps.terminals.admin import columns, filters
from apps.terminals.admin.acts import ACTIVATE, ISSUE, RETIRE, REVOKE_ALL, SUSPEND, revoke_token
from apps.terminals.admin.bulk import BULK_ACTS
from apps.terminals.admin.enrolment import CODE, last_code, show_code
from apps.terminals.admin.importing import ImportPages
from apps.terminals.admin.ordering import ROTATE
from apps.terminals.admin.parts import CredentialInline, live_tokens, rotation_of
from apps.terminals.models import AccessToken, Credential, Notice, Terminal
from apps.terminals.selectors import with_notices, with_rotation
from apps.terminals.states import USABLE, TerminalStatus


class RegisterForm(ModelForm[Terminal]):
    class Meta:
        model = Terminal
        fields = ("store", "number", "label", "profile", "hardware")
        help_texts = {
            "label": _("What people in the shop call it."),
            "profile": _("What it may do, and how much at once."),
            "hardware": _("Make and model. Registers tell it themselves."),
        }


_SHOW_CODE = "_code"
"""The button of the form for a new register that goes on to its code."""


@admin.register(Terminal)
class TerminalAdmin(ImportPages, BulkAdmin[Terminal], HistoryAdmin[Terminal]):
    """A register is never deleted, since its sales and returns name it: it is retired."""

    shop_rule = "store_id"
    restorable = ("label", "hardware")
    form = RegisterForm
    acts = (CODE, ROTATE, ISSUE, ACTIVATE, SUSPEND, REVOKE_ALL, RETIRE)
    bulk_acts = BULK_ACTS
    ordering = ("store__number", "number")
    list_display = (
        columns.register,
        columns.health,
        columns.STATUS,
        columns.last_seen,
        columns.credential,
        columns.key_age,
        columns.version,
        columns.clock,
        columns.waiting,
    )
    list_select_related = ("store", "profile", "seen")
    list_filter = (
        chosen("status", _("Status"), TerminalStatus.choices),
        filters.SEEN,
        filters.KEY_STATE,
        filters.LOOK_AT,
        belongs("store", _("Shop")),
        filters.RegionFilter,
        belongs("profile", _("Profile")),
        filters.AddedFilter,
    )
    search_paths = ("store__number", "number", "label__icontains", "hardware__icontains", "pk")
    search_help_text = _("Shop number, register number, label, hardware or client id")
    inlines = (CredentialInline,)
    change_form_template = "admin/terminals/register.html"
    empty_says = _("A register belongs to a shop and has a profile that says what it may do.")
    empty_first = _(
        "Add a shop first, then the register, and enrol it with the code you are shown."
    )
    fieldsets = (
        section(None, columns.whole_health, columns.STATUS, related("store", _("shop")), "number"),
        section(None, "label", "profile"),
        section(
            _("Last seen"),
            columns.last_seen,
            columns.heartbeat,
            columns.address,
            columns.version,
            columns.exact_clock,
            columns.depth,
        ),
        section(
            _("Machine"),
            copyable("id", _("client id")),
            "hardware",
            "adapter",
            exactly("created_at", _("added"), zone=columns.ZONE),
        ),
    )
    add_fieldsets = (section(None, "store", "number", "label", "profile"),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Terminal]:
        usable = Credential.objects.filter(status__in=USABLE).defer("secret_hash", "public_key")
        rows = super().get_queryset(request).select_related("store", "profile", "seen")
        rows = with_notices(with_rotation(rows, now=timezone.now()))
        return rows.prefetch_related(Prefetch("credential_set", usable))

    def more_found(self, term: str) -> list[QuerySet[Terminal, Any]]:
        """As labels write it: `0042/03`."""
        store, _sep, number = (part.strip() for part in term.partition("/"))
        return [Terminal.objects.filter(store__number=store, number=number).values("pk")]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        tools = [
            {"label": _("Import registers"), "url": reverse("admin:terminals_terminal_import")},
            {"label": _("Order a rotation"), "url": reverse("admin:terminals_rotation_add")},
        ]
        extra = {**(extra_context or {}), "tools": tools if self.may_act(request) else []}
        return super().changelist_view(request, extra)

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path(
                "<path:object_id>/enrolment/",
                guard(self.enrolment_view),
                name="terminals_terminal_enrolment",
            ),
            path(
                "<path:object_id>/tokens/<int:token>/revoke/",
                guard(self.token_view),
                name="terminals_terminal_token",
            ),
            *super().get_urls(),
        ]

    def enrolment_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """How the newest code of a register stands, for the page that shows it."""
        terminal = self.get_object(request, object_id)
        if terminal is None or not self.has_view_permission(request, terminal):
            raise PermissionDenied
        context = {"thing": terminal, **last_code(terminal, timezone.now())}
        return TemplateResponse(request, "admin/terminals/enrolment_state.html", context)

    def token_view(self, request: HttpRequest, object_id: str, token: int) -> HttpResponse:
        terminal = self.get_object(request, object_id)
        tokens = AccessToken.objects.select_related("credential").filter(pk=token)
        found = tokens.filter(credential__terminal=terminal).first()
        return self.answer_act(request, terminal, revoke_token(found) if found else None)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method == "POST" and (before := once.sent_before(request)):
            return before
        extra = {**(extra_context or {}), "once": once.fresh()}
        return super().add_view(request, form_url, extra)

    def response_add(
        self, request: HttpRequest, obj: Terminal, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """On to its code, where the form was asked to."""
        once.spend(request, self.page_of(obj))
        if _SHOW_CODE in request.POST:
            return show_code(request, obj)
        return super().response_add(request, obj, *args, **kwargs)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if terminal := kwargs.get("obj"):
            now = timezone.now()
            context["tokens"] = live_tokens(terminal, now)
            context["notices"] = Notice.objects.filter(terminal=terminal).order_by("-pk")[:20]
            context["rotation"] = rotation_of(terminal, now)
            context.update(last_code(terminal, now))
        return super().render_change_form(request, context, *args, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Terminal | None = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Terminal | None = None) -> Any:
        if obj is None:
            return ()
        shown = [name for _title, options in self.fieldsets for name in options["fields"]]
        return (*(name for name in shown if callable(name)), "number", "adapter")

    def get_inlines(self, request: HttpRequest, obj: Terminal | None) -> Any:
        return self.inlines if obj else ()

    def save_model(
        self, request: HttpRequest, obj: Terminal, form: ModelForm[Terminal], change: bool
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        made = services.add_terminal(
            store=obj.store,
            number=obj.number,
            profile=obj.profile,
            label=obj.label,
            actor=actor_of(request),
            now=timezone.now(),
        )
        obj.pk, obj.created_at, obj._state.adding = made.pk, made.created_at, False

    def has_delete_permission(self, request: HttpRequest, obj: Terminal | None = None) -> bool:
        return False
