"""Secrets of registers: how they begin, and whether they are good."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.common.admin import (
    ActingAdmin,
    ReadOnlyAdmin,
    section,
)
from apps.common.admin.columns import copyable, exactly, related, when
from apps.common.admin.filters import chosen
from apps.terminals.admin.acts import REVOKE
from apps.terminals.admin.columns import KEY
from apps.terminals.models import Credential
from apps.terminals.states import (
    CredentialStatus,
)


@admin.register(Credential)
class CredentialAdmin(ActingAdmin[Credential], ReadOnlyAdmin[Credential]):
    """Secrets are kept as a hash only; they are issued and revoked, never edited."""

    acts = (REVOKE,)
    ordering = ("-id",)
    list_display = (
        copyable("hint", _("begins with")),
        related("terminal", _("register")),
        KEY,
        when("created_at", _("made")),
        when("first_used_at", _("first used")),
        when("not_after", _("good until")),
    )
    list_select_related = ("terminal__store",)
    list_filter = (chosen("status", _("Status"), CredentialStatus.choices),)
    search_paths = ("hint", "terminal__store__number", "terminal_id", "pk")
    search_help_text = _("How it begins, shop number or client id")
    fieldsets = (
        section(None, copyable("hint", _("begins with")), related("terminal", _("register")), KEY),
        section(
            None,
            exactly("created_at", _("made")),
            exactly("first_used_at", _("first used")),
            exactly("not_after", _("good until")),
            exactly("revoked_at", _("revoked")),
        ),
    )
    empty_says = _("Secrets of registers. Issue one on the page of a register.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Credential]:
        rows = super().get_queryset(request).select_related("terminal__store")
        return rows.defer("secret_hash")
