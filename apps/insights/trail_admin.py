"""The trail's list with what only the topmost app knows: what a term stands for elsewhere."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from apps.audit.admin import AuditEntryAdmin
from apps.audit.models import AuditEntry
from apps.insights.trail_search import subjects_of

admin.site.unregister(AuditEntry)


@admin.register(AuditEntry)
class TrailAdmin(AuditEntryAdmin):
    """One search over everything."""

    def subjects_of(self, term: str, request: HttpRequest) -> list[str]:
        return subjects_of(term, request)
