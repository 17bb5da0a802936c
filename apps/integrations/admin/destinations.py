"""Destinations: systems that want to hear, and the secrets that prove to them who speaks."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.admin import (
    ActingAdmin,
    HistoryAdmin,
    ReadOnlyInline,
    actor_of,
    rows,
    section,
)
from apps.common.admin.columns import copyable, exactly, when
from apps.common.admin.filters import chosen
from apps.integrations import services
from apps.integrations.admin.acts import DISABLE, ENABLE, END_OLD, ROTATE, TEST, secret_page
from apps.integrations.admin.columns import ENABLED, STATUS, kept, secrets
from apps.integrations.models import Destination, WebhookSecret
from apps.integrations.states import SIGNING, DestinationStatus


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
class DestinationAdmin(ActingAdmin[Destination], HistoryAdmin[Destination]):
    """Added with its first secret; whether it is enabled, and its secrets, change by buttons only."""

    acts = (TEST, ROTATE, END_OLD, ENABLE, DISABLE)
    trail_name = "destination"
    ordering = ("name",)
    list_display = ("name", "url", ENABLED, secrets, when("created_at", _("added")))
    list_filter = (chosen("status", _("Status"), DestinationStatus.choices),)
    search_paths = ("name__icontains", "url__icontains", "pk")
    search_help_text = _("Name or address")
    inlines = (SecretInline,)
    lead = _(
        "Systems that want to hear of what happens. So far, they can be sent test events only."
    )
    empty_says = _("A destination is a system that takes signed requests (webhooks) from here.")
    empty_first = _("Add one, copy its secret to the receiver, then send a test event.")
    fieldsets = (
        section(None, "name", "url", ENABLED),
        section(_("About it"), "kind", copyable("id", _("id")), exactly("created_at", _("added"))),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("name", "url"),
                "description": _(
                    "It gets a secret, which is shown once, on the next page. Requests are signed "
                    "with it, as Standard Webhooks describes."
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Destination]:
        signing = WebhookSecret.objects.filter(status__in=SIGNING)
        return super().get_queryset(request).prefetch_related(Prefetch("secrets", signing))

    def get_fieldsets(self, request: HttpRequest, obj: Destination | None = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Destination | None = None) -> Any:
        if obj is None:
            return ()
        shown = [name for _title, options in self.fieldsets for name in options["fields"]]
        return (*(name for name in shown if callable(name)), "kind")

    def get_inlines(self, request: HttpRequest, obj: Destination | None) -> Any:
        return self.inlines if obj else ()

    def save_model(
        self, request: HttpRequest, obj: Destination, form: ModelForm[Destination], change: bool
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        made, secret = services.add_destination(
            name=obj.name, url=obj.url, actor=actor_of(request), now=timezone.now()
        )
        obj.pk, obj.created_at, obj._state.adding = made.pk, made.created_at, False
        request.first_secret = secret  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: Destination, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page that shows its first secret, this once."""
        return secret_page(request, obj, request.first_secret)  # type: ignore[attr-defined]
