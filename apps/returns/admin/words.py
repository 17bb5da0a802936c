"""Reasons and conditions: the words a return is described with."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.common.admin import EVERYTHING, HistoryAdmin, everybodys
from apps.returns.models import ConditionCode, ReasonCode, ReturnLine


class WordAdmin(HistoryAdmin[Any]):
    """Lines of returns carry the code as text, so a used one can be renamed, but not removed."""

    shop_rule = staticmethod(everybodys)
    restorable = EVERYTHING
    line_field = ""
    list_display = ("code", "name", "disposition")
    ordering = ("code",)
    search_paths = ("code", "name__icontains")
    search_help_text = _("Code or name")
    fields = ("code", "name", "disposition")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code",) if obj else ()

    def blockers(self, obj: Any) -> list[str]:
        used = ReturnLine.objects.filter(**{self.line_field: obj.code}).exists()
        return [str(ReturnLine._meta.verbose_name_plural)] if used else []


@admin.register(ReasonCode)
class ReasonCodeAdmin(WordAdmin):
    line_field = "reason"
    lead = _("Why customers bring goods back. Registers send the code.")
    empty_first = _("Without reasons no return can be described: add some.")


@admin.register(ConditionCode)
class ConditionCodeAdmin(WordAdmin):
    line_field = "condition"
    lead = _("In which state goods come back, and where such goods go. Registers send the code.")
    empty_first = _("Without conditions no return can be described: add some.")
