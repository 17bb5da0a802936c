"""Keys and secrets of registers: how they begin, and whether they are good."""

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
from apps.terminals.states import CredentialKind, CredentialStatus


@admin.register(Credential)
class CredentialAdmin(ActingAdmin[Credential], ReadOnlyAdmin[Credential]):
    """Of keys the public half is kept, of secrets a hash; they are revoked, never edited."""

    shop_rule = "terminal__store_id"
    acts = (REVOKE,)
    ordering = ("-id",)
    list_display = (
        copyable("hint", _("begins with")),
        related("terminal", _("register")),
        "kind",
        KEY,
        when("created_at", _("made")),
        when("first_used_at", _("first used")),
        when("last_used_at", _("last used")),
        when("not_after", _("good until")),
    )
    list_select_related = ("terminal__store",)
    list_filter = (
        chosen("status", _("Status"), CredentialStatus.choices),
        chosen("kind", _("Kind"), CredentialKind.choices),
    )
    search_paths = ("hint", "thumbprint", "terminal__store__number", "terminal_id", "pk")
    search_help_text = _("How it begins, a key's thumbprint, shop number or client id")
    fieldsets = (
        section(
            None,
            copyable("hint", _("begins with")),
            related("terminal", _("register")),
            "kind",
            KEY,
            copyable("thumbprint", _("thumbprint")),
        ),
        section(
            None,
            exactly("created_at", _("made")),
            exactly("first_used_at", _("first used")),
            exactly("last_used_at", _("last used")),
            exactly("not_after", _("good until")),
            exactly("revoked_at", _("revoked")),
        ),
    )
    empty_says = _("What registers prove with who they are. It comes with their enrolment.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Credential]:
        rows = super().get_queryset(request).select_related("terminal__store")
        return rows.defer("secret_hash", "asked_under", "public_key")
