"""Many registers out of a file: choose it, see what each line would do, then import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from apps.common.admin import actor_of, once
from apps.common.admin.scope import shops_of
from apps.common.errors import Refusal
from apps.terminals import services
from apps.terminals.admin.enrolment import MOST_CODES
from apps.terminals.admin.filters import moment_of
from apps.terminals.models import Terminal
from apps.terminals.policy.register_file import (
    EXAMPLE,
    MAX_BYTES,
    MAX_LINES,
    FileRefused,
    RegisterLine,
    read_register_file,
)

_SALT = "terminals.import"
_GOOD_FOR = 3600  # seconds between preview and import


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=_(
            "CSV in UTF-8 with commas or semicolons, as spreadsheets save it. The first line names the "
            "columns: shop, number, label, profile, hardware; label and hardware may be missing or empty."
        ),
    )

    def clean_file(self) -> list[RegisterLine]:
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        try:
            return read_register_file(upload.read(MAX_BYTES + 1))
        except FileRefused as error:
            raise forms.ValidationError(error.detail) from error


class ImportPages(admin.ModelAdmin[Terminal]):
    """The pages of the import, as part of the fleet's."""

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("import/", guard(self.import_view), name="terminals_terminal_import"),
            path("import/done/", guard(self.imported_view), name="terminals_terminal_imported"),
            path("import/example.csv", guard(self.example_view), name="terminals_terminal_example"),
            *super().get_urls(),
        ]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """GET asks for a file; posted, it is shown line by line; confirmed, it is done."""
        self._check(request)
        if "lines" in request.POST:
            return once.sent_before(request) or self._import(request)
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = FileForm(*sent)
        if form.is_valid():
            return self._preview(request, form.cleaned_data["file"])
        context = {"form": form, "most": MAX_LINES}
        return self._page(request, "admin/terminals/import.html", context)

    def imported_view(self, request: HttpRequest) -> HttpResponse:
        """What came of an import, and where to go on."""
        self._check(request)
        added = request.GET.get("added", "")
        at = moment_of(added)
        made = list(self.get_queryset(request).filter(created_at=at)[: MAX_LINES + 1]) if at else []
        fleet = reverse("admin:terminals_terminal_changelist")
        query = urlencode({"added": added})
        codes = reverse("admin:terminals_terminal_bulk", args=["enrolment-codes"])
        context = {
            "made": made,
            "fleet_url": f"{fleet}?{query}",
            "codes_url": f"{codes}?{query}",
            "most_codes": MOST_CODES,
        }
        return self._page(request, "admin/terminals/imported.html", context)

    def example_view(self, request: HttpRequest) -> HttpResponse:
        self._check(request)
        response = HttpResponse(EXAMPLE, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="registers.csv"'
        return response

    def _check(self, request: HttpRequest) -> None:
        all_shops = shops_of(request, self.admin_site) is None
        if not (all_shops and self.has_add_permission(request)):
            raise PermissionDenied

    def _preview(self, request: HttpRequest, lines: Sequence[RegisterLine]) -> HttpResponse:
        planned = services.plan_import(lines)
        new = [one.line for one in planned if one.outcome == "new"]
        context = {
            "planned": planned,
            "totals": Counter(one.outcome for one in planned),
            "new": len(new),
            "lines": _pack(request, new),
            "once": once.fresh(),
        }
        return self._page(request, "admin/terminals/import_preview.html", context)

    def _import(self, request: HttpRequest) -> HttpResponse:
        """What was previewed, exactly that: it comes back signed, and is checked once more."""
        lines = _unpack(request)
        if lines is None:
            messages.error(request, _("The preview is older than an hour. Choose the file again."))
            return HttpResponseRedirect(reverse("admin:terminals_terminal_import"))
        now = timezone.now()
        try:
            services.import_registers(lines, actor=actor_of(request), now=now)
        except Refusal as error:
            messages.error(request, error.detail)
            return self._preview(request, lines)
        done = reverse("admin:terminals_terminal_imported")
        url = f"{done}?{urlencode({'added': now.isoformat().replace('+00:00', 'Z')})}"
        once.spend(request, url)
        return HttpResponseRedirect(url)

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        common = {
            **self.admin_site.each_context(request),
            "title": _("Import registers"),
            "opts": self.opts,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, {**common, **context})


def _pack(request: HttpRequest, lines: Sequence[RegisterLine]) -> str:
    rows = [astuple(line) for line in lines]
    return signing.dumps([request.user.pk, rows], salt=_SALT, compress=True)


def _unpack(request: HttpRequest) -> list[RegisterLine] | None:
    """The lines that this very person was shown; None when that is too long ago, or was not so."""
    try:
        owner, rows = signing.loads(request.POST["lines"], salt=_SALT, max_age=_GOOD_FOR)
    except signing.BadSignature:
        return None
    return [RegisterLine(*row) for row in rows] if owner == request.user.pk else None
