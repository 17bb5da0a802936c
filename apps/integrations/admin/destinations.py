"""Destinations: systems that want to hear, and the secrets that prove to them who speaks."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.admin import (
    EVERYTHING,
    AskingAdmin,
    HistoryAdmin,
    ReadOnlyInline,
    actor_of,
    rows,
    section,
)
from apps.common.admin.columns import copyable, exactly, when
from apps.common.admin.filters import chosen
from apps.integrations import services
from apps.integrations.admin import health
from apps.integrations.admin.acts import END_OLD, ROTATE, TEST, TRY, secret_page
from apps.integrations.admin.cause_acts import CauseActs
from apps.integrations.admin.columns import STATUS, kept, secrets
from apps.integrations.admin.destination_form import (
    AddForm,
    DestinationForm,
    form_for,
    form_to_add,
    sections_for,
    sections_to_add,
)
from apps.integrations.admin.kind_form import kind_settings
from apps.integrations.admin.kinds import KINDS
from apps.integrations.admin.switching import (
    CLOSE_BREAKER,
    DISABLE,
    ENABLE,
    PAUSE,
    REPLAY,
    RESUME,
)
from apps.integrations.models import Delivery, Destination, WebhookSecret
from apps.integrations.states import SIGNING, DestinationKind, DestinationStatus

_NEW = _("New: try the connection, then resume it.")


class SecretInline(ReadOnlyInline[WebhookSecret, Destination]):
    model = WebhookSecret
    verbose_name_plural = _("Secrets")
    ordering = ("-created_at",)
    fields = rows(
        copyable("hint", _("begins with")),
        STATUS,
        when("created_at", _("made")),
        when("not_after", _("signs until")),
        kept,
    )


@admin.register(Destination)
class DestinationAdmin(CauseActs, AskingAdmin[Destination], HistoryAdmin[Destination]):
    """Changed by a service; whether it is sent anything, and its secrets, change by buttons only."""

    acts = (TEST, TRY, CLOSE_BREAKER, PAUSE, RESUME, ENABLE, REPLAY, ROTATE, END_OLD, DISABLE)
    trail_name = "destination"
    restorable = EVERYTHING
    ordering = ("name",)
    list_display = ("name", health.status, health.mode, health.oldest, health.failures,
                    health.breaker, health.last_success, health.dead, secrets)  # fmt: skip
    list_filter = (
        chosen("status", _("Status"), DestinationStatus.choices),
        chosen("kind", _("Kind"), DestinationKind.choices),
    )
    search_paths = ("name__icontains", "url__icontains", "pk")
    search_help_text = _("Name or address")
    inlines = (SecretInline,)
    lead = _("Systems that want to hear of what happens, and how each of them is doing.")
    empty_says = _("A destination is a system that takes events from here, such as a webhook.")
    empty_first = _("Add one, copy its secret to the receiver, then send a test event.")
    its_health = section(
        _("How it is doing"), health.status, health.oldest, health.failures, health.breaker,
        health.last_success, health.dead, health.log,
    )  # fmt: skip
    about = section(
        _("About it"), "kind", secrets, copyable("id", _("id")),
        exactly("created_at", _("added")),
    )  # fmt: skip

    about_others = section(
        _("About it"), "kind", exactly("credentials_set_at", _("credentials set")),
        copyable("id", _("id")), exactly("created_at", _("added")),
    )  # fmt: skip

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return health.GlancingList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Destination]:
        signing = WebhookSecret.objects.filter(status__in=SIGNING)
        found = super().get_queryset(request).select_related("health")
        return found.prefetch_related(Prefetch("secrets", signing))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The kind first, then its form."""
        if request.method != "POST" and _kind_of(request) not in KINDS:
            return self._choose_kind(request)
        return super().add_view(request, form_url, extra_context)

    def _choose_kind(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Add a destination"),
            "opts": self.opts,
            "kinds": [(one, one.label, KINDS[one].about) for one in DestinationKind],
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/integrations/choose_kind.html", context)

    def get_form(
        self,
        request: HttpRequest,
        obj: Destination | None = None,
        change: bool = False,
        **more: Any,
    ) -> Any:
        if obj is None:
            more["form"] = form_to_add(_kind_of(request) or DestinationKind.WEBHOOK)
        elif self.has_change_permission(request, obj):
            more["form"] = form_for(obj)
        return super().get_form(request, obj, change, **more)

    def get_fieldsets(self, request: HttpRequest, obj: Destination | None = None) -> Any:
        if obj is None:
            return sections_to_add(_kind_of(request) or DestinationKind.WEBHOOK)
        about = self.about if obj.kind == DestinationKind.WEBHOOK else self.about_others
        if self.has_change_permission(request, obj):
            return [self.its_health, *sections_for(obj), about]
        groups = sections_for(obj)
        shown = [group for group in groups if not _of_its_kind(group)]
        if KINDS[obj.kind].groups:
            shown.insert(1, section(_("Settings of its kind"), kind_settings))
        return [self.its_health, *shown, about]

    def get_readonly_fields(self, request: HttpRequest, obj: Destination | None = None) -> Any:
        if obj is None:
            return ()
        shown = [
            name
            for _title, options in (self.its_health, self.about, self.about_others)
            for name in options["fields"]
        ]
        return (*shown, kind_settings)

    def get_inlines(self, request: HttpRequest, obj: Destination | None) -> Any:
        return self.inlines if obj and obj.kind == DestinationKind.WEBHOOK else ()

    def blockers(self, obj: Destination) -> list[str]:
        """What was delivered stays on record: such a destination is disabled, not deleted."""
        if Delivery.objects.filter(destination=obj).exists():
            return [str(Delivery._meta.verbose_name_plural)]
        return super().blockers(obj)

    def save_model(
        self, request: HttpRequest, obj: Destination, form: ModelForm[Destination], change: bool
    ) -> None:
        if change:
            wanted = cast(DestinationForm, form)
            services.change_destination(
                obj, wanted.settings(), credentials=wanted.credentials(),
                actor=actor_of(request), now=timezone.now(),
            )  # fmt: skip
            return
        new, kind = cast(AddForm, form), DestinationKind(obj.kind)
        made, secret = services.add_destination(
            name=obj.name, url=obj.url, kind=kind, settings=new.settings(),
            credentials=new.credentials(),
            paused_because="" if kind == DestinationKind.WEBHOOK else str(_NEW),
            actor=actor_of(request), now=timezone.now(),
        )  # fmt: skip
        obj.pk, obj.created_at, obj._state.adding = made.pk, made.created_at, False
        request.first_secret = secret  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: Destination, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page that shows its first secret, this once."""
        if obj.kind != DestinationKind.WEBHOOK:
            return super().response_add(request, obj, *args, **kwargs)
        return secret_page(request, obj, request.first_secret)  # type: ignore[attr-defined]


def _kind_of(request: HttpRequest) -> str:
    """Of the destination that is being added: named by the address, or by the form."""
    found = request.GET.get("kind") or request.POST.get("kind") or ""
    return found if found in KINDS else ""


def _of_its_kind(group: Any) -> bool:
    names = [name for name in group[1]["fields"] if isinstance(name, str)]
    return all(name.startswith(("set_", "credential_", "forget_")) for name in names)
