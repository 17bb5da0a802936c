"""Runs of sync flows: each reading, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.common.admin import ReadOnlyAdmin, section
from apps.common.admin.columns import copyable, exactly, related, when
from apps.common.admin.filters import chosen, since
from apps.integrations.admin.flow_columns import RUN_STATUS, figures
from apps.integrations.models import SyncFlow, SyncRun
from apps.integrations.states import RunStatus


class ByFlow(SimpleListFilter):
    title = _("Flow")
    parameter_name = "flow"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Iterable[Any]:
        found = SyncFlow.objects.order_by("name").values_list("pk", "name")
        return [(str(key), name) for key, name in found]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = {key for key, _name in self.lookup_choices}
        return queryset.filter(flow=self.value()) if self.value() in known else queryset


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin[SyncRun]):
    """What was read is a fact; how to go on is decided on the flow's page."""

    ordering = ("-id",)
    list_display = (
        when("started_at", _("began")), related("flow", _("flow")), RUN_STATUS, figures, "pages",
        "cause", when("ended_at", _("ended")),
    )  # fmt: skip
    list_select_related = ("flow",)
    list_filter = (
        ByFlow,
        chosen("status", _("Status"), RunStatus.choices),
        since("started_at", _("Began")),
    )
    search_paths = ("flow__name", "cause")
    search_help_text = _("Name of the flow, or a cause")
    lead = _(
        "Each reading of a source. Those that found nothing are kept for a day, others for 30."
    )
    empty_says = _("Each reading of a sync flow stands here, with what came of it.")
    empty_first = _("Add a sync flow.")
    fieldsets = (
        section(None, related("flow", _("flow")), RUN_STATUS, figures, "pages", "cause", "detail"),
        section(
            None, exactly("started_at", _("began")), exactly("ended_at", _("ended")),
            copyable("cursor_before", _("cursor before")), copyable("cursor_now", _("cursor after")),
        ),
    )  # fmt: skip
