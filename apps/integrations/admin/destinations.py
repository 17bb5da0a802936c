"""Destinations: systems that want to hear, and the secrets that prove to them who speaks."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Prefetch, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
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
    CREDENTIALS,
    DestinationForm,
    form_for,
    sections,
)
from apps.integrations.admin.switching import (
    CLOSE_BREAKER,
    DISABLE,
    ENABLE,
    PAUSE,
    REPLAY,
    RESUME,
)
from apps.integrations.gateways import connector_for
from apps.integrations.models import Delivery, Destination, WebhookSecret
from apps.integrations.services.changing import SETTINGS
from apps.integrations.states import SIGNING, DestinationKind, DestinationStatus

_NEW = _("New: fill in how it is called, send a test event, then resume it.")


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
        exactly("created_at", _("added")), exactly("credentials_set_at", _("credentials set")),
    )  # fmt: skip
    add_fieldsets = (
        (
            None,
            {
                "fields": ("name", "kind", "url"),
                "description": _(
                    "A webhook gets a secret, which is shown once, on the next page: requests are "
                    "signed with it, as Standard Webhooks describes. What it wants to hear, and "
                    "when, is set on its page."
                ),
            },
        ),
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return health.GlancingList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Destination]:
        signing = WebhookSecret.objects.filter(status__in=SIGNING)
        found = super().get_queryset(request).select_related("health")
        return found.prefetch_related(Prefetch("secrets", signing))

    def get_form(
        self,
        request: HttpRequest,
        obj: Destination | None = None,
        change: bool = False,
        **more: Any,
    ) -> Any:
        if obj is not None and self.has_change_permission(request, obj):
            more["form"] = form_for(obj)
        form = super().get_form(request, obj, change, **more)
        if obj is None:
            form.base_fields["kind"].required = False  # without a word it is a webhook
            form.base_fields["kind"].choices = [
                (kind, label) for kind, label in DestinationKind.choices if _is_built(kind)
            ]
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Destination | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        may = self.has_change_permission(request, obj)
        groups = sections(obj.kind if may else DestinationKind.WEBHOOK)
        if not may and obj.kind != DestinationKind.WEBHOOK:
            groups.append(section(_("Settings of its kind"), "config"))
        return [self.its_health, section(None, "name", "url"), *groups, self.about]

    def get_readonly_fields(self, request: HttpRequest, obj: Destination | None = None) -> Any:
        if obj is None:
            return ()
        shown = [
            name for _title, options in (self.its_health, self.about) for name in options["fields"]
        ]
        changed_here = SETTINGS | set(_credential_fields(obj))
        return tuple(name for name in shown if name not in changed_here)

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
        actor, now = actor_of(request), timezone.now()
        kind = DestinationKind(obj.kind)
        made, secret = services.add_destination(
            name=obj.name, url=obj.url, kind=kind, actor=actor, now=now
        )
        if kind != DestinationKind.WEBHOOK:  # until it knows how it is called
            services.set_status(
                made, DestinationStatus.PAUSED, reason=str(_NEW), actor=actor, now=now
            )
        obj.pk, obj.created_at, obj._state.adding = made.pk, made.created_at, False
        request.first_secret = secret  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: Destination, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page that shows its first secret, this once."""
        if obj.kind != DestinationKind.WEBHOOK:
            return super().response_add(request, obj, *args, **kwargs)
        return secret_page(request, obj, request.first_secret)  # type: ignore[attr-defined]


def _credential_fields(destination: Destination) -> list[str]:
    return [f"credential_{name}" for name in CREDENTIALS.get(destination.kind, ())]


def _is_built(kind: str) -> bool:
    try:
        connector_for(kind)
    except KeyError:
        return False
    return True
