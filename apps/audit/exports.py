"""Taking entries along: what is asked for, how far it is, and the file."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.audit.models import TrailExport
from apps.audit.selectors import CONDITIONS
from apps.audit.services.taking_along import ask_export, parts_of
from apps.common import display
from apps.common.admin import ReadOnlyAdmin, actor_of, once, section
from apps.common.admin.columns import column, exactly, when
from apps.common.cards import contains_card_number
from apps.common.errors import Refusal

_NAMES = {
    "term": _("found by"),
    "since": _("from (UTC)"),
    "until": _("to (UTC)"),
    "shop": _("shop"),
    "register": _("register"),
    "kind": _("who"),
    "action": _("what"),
    "outcome": _("outcome"),
    "about": _("on what"),
    "subject": _("about"),
}


def ask_url(request: HttpRequest) -> str:
    return f"{reverse('admin:audit_export')}?{request.GET.urlencode()}"


def ask(page: Any, request: HttpRequest) -> HttpResponse:
    """GET shows the selection, POST has it put together; `page` knows what a term stands for."""
    wanted = _wanted(request)
    back = f"{reverse('admin:audit_auditentry_changelist')}?{request.GET.urlencode()}"
    if request.method == "POST":
        if before := once.sent_before(request):
            return before
        return _begin(page, request, wanted, back)
    context = {
        **page.admin_site.each_context(request),
        "title": _("Export these entries"),
        "opts": page.opts,
        "selection": display.pairs(_shown(wanted)) if wanted else "",
        "back": back,
        "once": once.fresh(),
    }
    request.current_app = page.admin_site.name
    return TemplateResponse(request, "admin/audit/ask_export.html", context)


def _begin(page: Any, request: HttpRequest, wanted: dict[str, Any], back: str) -> HttpResponse:
    if term := wanted.get("term", ""):
        if contains_card_number(term):
            messages.error(request, _("Card numbers are kept nowhere; there is nothing to export."))
            return HttpResponseRedirect(reverse("admin:audit_auditentry_changelist"))
        wanted["subjects"] = page.subjects_of(term, request)
    try:
        made = ask_export(wanted, actor=actor_of(request), now=timezone.now())
    except Refusal as error:
        messages.error(request, error.detail)
        return HttpResponseRedirect(back)
    url = reverse("admin:audit_trailexport_change", args=[made.pk])
    once.spend(request, url)
    return HttpResponseRedirect(url)


def _wanted(request: HttpRequest) -> dict[str, Any]:
    found = {name: request.GET[name][:200] for name in CONDITIONS if request.GET.get(name)}
    term = request.GET.get("q", "").strip()[:200]
    return {**found, "term": term} if term else found


def _shown(wanted: dict[str, Any]) -> dict[str, Any]:
    return {str(_NAMES[name]): value for name, value in wanted.items() if name in _NAMES}


@column("selection", _("selection"))
def selection(export: TrailExport) -> str:
    shown = _shown(export.wanted)
    return ", ".join(f"{name}: {value}" for name, value in shown.items()) or str(_("all entries"))


@column("state_export", _("status"))
def standing(export: TrailExport) -> str:
    if export.finished_at and export.problem:
        return display.badge(_("failed"), display.BAD)
    if export.finished_at:
        return display.badge(_("ready"), display.GOOD)
    return display.badge(_("under way"), display.WAIT)


@column("size", _("size"))
def size(export: TrailExport) -> str:
    if not export.finished_at or export.problem:
        return display.NOTHING
    return f"{max(export.size // 1024, 1):,} KiB"


@column("entries", _("entries"))
def entries(export: TrailExport) -> str:
    return display.count(export.entries)


@admin.register(TrailExport)
class TrailExportAdmin(ReadOnlyAdmin[TrailExport]):
    """Asked for from the list of the trail; kept for a week."""

    ordering = ("-asked_at", "-id")
    list_display = (
        when("asked_at", _("asked for")),
        "asked_by",
        selection,
        standing,
        entries,
        size,
    )
    fieldsets = (
        section(None, selection, "asked_by", exactly("asked_at", _("asked for")), entries, size),
    )
    change_form_template = "admin/audit/export.html"
    lead = _("What was taken along of the trail, each with its proof. Files are kept for a week.")
    empty_says = _("Nothing was exported in the last week.")
    empty_first = _("Find entries in the trail, then choose “Export these entries”.")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<uuid:key>/figures/", view(self.figures), name="audit_export_figures"),
            path("<uuid:key>/file/", view(self.file), name="audit_export_file"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        export = self.get_object(request, object_id)
        extra = {**(extra_context or {}), **(_standing(export) if export else {})}
        return super().change_view(request, object_id, form_url, extra)

    def figures(self, request: HttpRequest, key: Any) -> HttpResponse:
        """How far it is, alone, for its refresh."""
        context = _standing(self._find(request, key))
        return TemplateResponse(request, "admin/audit/export_figures.html", context)

    def file(self, request: HttpRequest, key: Any) -> StreamingHttpResponse:
        """The ZIP, part by part."""
        export = self._find(request, key)
        if not export.finished_at or export.problem:
            raise Http404
        name = f"trail-{export.asked_at:%Y%m%d-%H%M%S}.zip"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        if export.size:
            headers["Content-Length"] = str(export.size)
        return StreamingHttpResponse(
            parts_of(export), content_type="application/zip", headers=headers
        )

    def _find(self, request: HttpRequest, key: Any) -> TrailExport:
        if not self.has_view_permission(request):
            raise PermissionDenied
        export = TrailExport.objects.filter(pk=key).first()
        if export is None:
            raise Http404
        return export


def _standing(export: TrailExport) -> dict[str, Any]:
    return {"export": export, "state": standing(export)}
