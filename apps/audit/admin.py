"""The trail and its checkpoints: read only, for IT and auditors. Reading the trail is recorded too."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.audit import exports as exports
from apps.audit.checkpoint_file import path_in
from apps.audit.finding import FILTERS, KINDS, TrailChangeList
from apps.audit.keys import public_keys
from apps.audit.models import AuditEntry, Checkpoint, Seal
from apps.audit.services.proof import VERIFIER
from apps.audit.services.recording import record_view
from apps.common import display
from apps.common.admin import ReadOnlyAdmin, actor_of, section
from apps.common.admin.columns import column, exactly, pairs, when
from apps.common.cards import scrub_card_numbers


@column("who", _("who"))
def who(entry: AuditEntry) -> str:
    kinds = dict(KINDS)
    return display.noted(entry.actor_label, kinds.get(entry.actor_kind, ""))


@column("place", _("shop / register"))
def place(entry: AuditEntry) -> str:
    parts = [part for part in (entry.store_number, entry.terminal_number) if part]
    return " / ".join(parts) or display.NOTHING


@column("what", _("what"))
def what(entry: AuditEntry) -> str:
    return display.code(entry.action)


@column("about", _("on what"))
def about(entry: AuditEntry) -> str:
    return entry.subject_label or f"{entry.subject_type} {entry.subject_id}"


@column("happened", _("happened"))
def happened(entry: AuditEntry) -> str:
    return display.exact(entry.occurred_at or entry.at, "")


@column("sealed", _("place in the chain"))
def sealed(entry: AuditEntry) -> str:
    seal = Seal.objects.filter(pk=entry.pk).first()
    if seal is None:
        return display.badge(_("not sealed yet"), display.WAIT)
    chain = _("shop %(n)s") % {"n": entry.store_number} if seal.chain else _("no shop")
    return display.noted(
        _("number %(n)s of %(chain)s") % {"n": seal.n, "chain": chain}, seal.hash.hex()
    )


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin[AuditEntry]):
    """Who did what to what, where, when and why. PostgreSQL itself refuses to change an entry."""

    shop_rule = "store_id"
    ordering = ("-id",)
    list_display = (when("at", _("when")), who, what, about, place, "outcome", "reason")
    list_filter = FILTERS
    search_fields = ("id",)  # there is a search; `finding.TrailChangeList` carries it out
    search_help_text = _(
        "Return, receipt, SKU, register (0042/03), person, cashier, reference at the processor, "
        "delivery or request"
    )
    fieldsets = (
        section(None, happened, exactly("at", _("heard")), who, "credential_id", place),
        section(None, what, about, "outcome", "reason"),
        section(
            _("Details"), pairs("data", _("details")), "subject_type", "subject_id", "request_id",
            "actor_id", sealed,
        ),
    )  # fmt: skip
    empty_says = _("Everything that is done leaves an entry here, as soon as something is done.")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        tools = [{"url": exports.ask_url(request), "label": _("Export these entries")}]
        response = super().changelist_view(request, {**(extra_context or {}), "tools": tools})
        self._record(request, response, "list", request.GET.dict())
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        response = super().change_view(request, object_id, form_url, extra_context)
        self._record(request, response, "entry", {"entry": object_id})
        return response

    def _record(
        self, request: HttpRequest, response: HttpResponse, what: str, shown: dict[str, str]
    ) -> None:
        if response.status_code == 200:
            record_view(what, scrubbed(shown), actor=actor_of(request), now=timezone.now())

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name="audit_export"), *super().get_urls()]

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """GET shows what would be taken along; POST has a worker put it together."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return exports.ask(self, request)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return TrailChangeList

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return self.search_fields

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        return queryset, False

    def subjects_of(self, term: str, request: HttpRequest) -> list[str]:
        """What a term stands for in other apps, as `return:<id>`; `insights` knows."""
        return []


def scrubbed(shown: dict[str, str]) -> dict[str, str]:
    """People look for anything, card numbers included; those are kept nowhere."""
    return {name[:64]: scrub_card_numbers(value)[:200] for name, value in shown.items()}


@column("hash", _("hash"))
def hash_of(checkpoint: Checkpoint) -> str:
    return display.copyable(bytes(checkpoint.hash).hex())


@column("root", _("root over all chains"))
def root(checkpoint: Checkpoint) -> str:
    return display.copyable(bytes(checkpoint.root).hex())


@column("key", _("public key"))
def public_key(checkpoint: Checkpoint) -> str:
    found = public_keys().get(checkpoint.key_id)
    if found is None:
        return display.badge(_("not known here"), display.BAD)
    return display.copyable(base64.b64encode(found).decode())


@column("restored", _("remark"))
def remark(checkpoint: Checkpoint) -> str:
    if not checkpoint.restored:
        return display.NOTHING
    badge = display.badge(_("after a restore"), display.WAIT)
    return format_html("{} {}", badge, checkpoint.restored)


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnlyAdmin[Checkpoint]):
    """What stands in the file, line by line; and what it is checked with, to take along."""

    ordering = ("-number",)
    list_display = ("number", when("at", _("when")), "chains", "entries", "key_id", remark)
    fieldsets = (
        section(None, "number", exactly("at", _("when")), "chains", "entries", remark),
        section(_("Proof"), root, hash_of, "key_id", public_key),
    )
    lead = _(
        "Every hour it is signed where the chains of the trail stand, into a file outside the database."
    )
    empty_says = _("Nothing was signed yet.")
    empty_first = _(
        "A worker signs once AUDIT_SIGNING_KEY and AUDIT_CHECKPOINTS are set; “manage.py audit "
        "checkpoint” does it at once."
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("verifier/", view(self.verifier), name="audit_verifier"),
            path("file/", view(self.file), name="audit_checkpoint_file"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        tools = [{"url": reverse("admin:audit_verifier"), "label": _("Verifier (Python script)")}]
        if settings.AUDIT_CHECKPOINTS and path_in(settings.AUDIT_CHECKPOINTS).exists():
            url = reverse("admin:audit_checkpoint_file")
            tools.append({"url": url, "label": _("File of checkpoints")})
        return super().changelist_view(request, {**(extra_context or {}), "tools": tools})

    def verifier(self, request: HttpRequest) -> FileResponse:
        """The script that checks an export anywhere."""
        return self._download(request, VERIFIER, "text/x-python")

    def file(self, request: HttpRequest) -> FileResponse:
        """The signed lines, where this process can read them."""
        return self._download(request, path_in(settings.AUDIT_CHECKPOINTS), "application/x-ndjson")

    def _download(self, request: HttpRequest, file: Path, type_: str) -> FileResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not (settings.AUDIT_CHECKPOINTS or file == VERIFIER) or not file.exists():
            raise Http404
        return FileResponse(
            file.open("rb"), as_attachment=True, filename=file.name, content_type=type_
        )
