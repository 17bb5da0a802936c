"""Sync flows: sources of master data and stock, how far they were read, and how they are doing."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.admin import (
    ActingAdmin,
    HistoryAdmin,
    actor_of,
    section,
)
from apps.common.admin.columns import copyable, exactly
from apps.common.admin.filters import chosen
from apps.integrations import services
from apps.integrations.admin import flow_columns as columns
from apps.integrations.admin.flow_acts import PAUSE, PEEK, RESUME, RUN_NOW, START_ANEW
from apps.integrations.admin.flow_form import CREDENTIALS, FlowForm, FullFlowForm
from apps.integrations.models import RejectedRecord, SyncFlow
from apps.integrations.states import FlowKind, FlowStatus, RecordStatus

_WRITTEN = _("They are kept encrypted and shown nowhere. An empty field keeps what is there.")
_STARTS_ANEW = frozenset({"url", "paging"})
"""With another of these, the cursor means nothing any more."""


@admin.register(SyncFlow)
class SyncFlowAdmin(ActingAdmin[SyncFlow], HistoryAdmin[SyncFlow]):
    """A form for how it is read; reading it is a worker's work."""

    form = FullFlowForm
    acts = (RUN_NOW, PEEK, PAUSE, RESUME, START_ANEW)
    trail_name = "sync_flow"
    ordering = ("name",)
    list_display = ("name", "kind", columns.state_of, columns.age, columns.mode, columns.last_run,
                    columns.refused)  # fmt: skip
    list_filter = (
        chosen("status", _("Status"), FlowStatus.choices),
        chosen("kind", _("What"), FlowKind.choices),
    )
    search_paths = ("name__icontains", "url__icontains", "pk")
    search_help_text = _("Name or address")
    lead = _("Sources of master data and stock, read page by page from where they were left.")
    empty_says = _("A sync flow reads items, or how much of each a shop has, from another system.")
    empty_first = _("Add one, look at its next page, then let it run.")
    its_state = section(
        _("How it is doing"), columns.state_of, columns.age, columns.next_try, columns.last_run,
        columns.refused, columns.last_runs, copyable("state__cursor", _("cursor")),
    )  # fmt: skip
    about = section(
        _("About it"), columns.credentials, copyable("id", _("id")),
        exactly("created_at", _("added")),
    )  # fmt: skip
    settings = (
        section(None, "name", "kind", "url"),
        section(_("When it is read"), "timing", "every_seconds", "daily_at", "daily_zone", "max_age_seconds"),
        (_("Access"), {"fields": ("access", *CREDENTIALS), "description": _WRITTEN}),
        section(_("How it is asked"), "paging", "page_size", "size_name", "cursor_name", "since_name",
                "overlap_seconds"),
        section(_("What its answers mean"), "records_path", "next_path", "changed_path", "template",
                "behind_seconds"),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[SyncFlow]:
        refused = RejectedRecord.objects.filter(flow=OuterRef("pk"), status=RecordStatus.OPEN)
        found = super().get_queryset(request).select_related("state__run")
        return found.annotate(has_refused=Exists(refused))

    def get_fieldsets(self, request: HttpRequest, obj: SyncFlow | None = None) -> Any:
        if obj is None:
            return self.settings
        if not self.has_change_permission(request, obj):
            shown = [group for group in self.settings if "access" not in group[1]["fields"]]
            return [self.its_state, *shown, self.about]
        return [self.its_state, *self.settings, self.about]

    def get_readonly_fields(self, request: HttpRequest, obj: SyncFlow | None = None) -> Any:
        if obj is None:
            return ()
        shown = [*self.its_state[1]["fields"], *self.about[1]["fields"]]
        return (*(name for name in shown if callable(name)), "kind")

    def save_model(
        self, request: HttpRequest, obj: SyncFlow, form: ModelForm[SyncFlow], change: bool
    ) -> None:
        wanted, actor, now = cast(FlowForm, form), actor_of(request), timezone.now()
        if not change:
            services.add_flow(obj, credentials=wanted.credentials(), actor=actor, now=now)
            return
        super().save_model(request, obj, form, change)
        if wanted.has_new_credentials:
            services.set_credentials(obj, wanted.credentials(), actor=actor, now=now)
        if _STARTS_ANEW & set(form.changed_data):
            services.start_anew(obj, actor=actor, now=now)
