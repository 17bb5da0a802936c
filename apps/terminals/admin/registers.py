"""The fleet: registers with status, last seen and credentials."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
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
from apps.common.admin.columns import copyable, exactly, related, when
from apps.common.admin.filters import belongs, chosen
from apps.terminals import services
from apps.terminals.admin.acts import ACTIVATE, ISSUE, RETIRE, SUSPEND
from apps.terminals.admin.columns import KEY, STATUS, ZONE, credential, last_seen, seen_from
from apps.terminals.models import Credential, Terminal
from apps.terminals.states import (
    USABLE,
    TerminalStatus,
)


class CredentialInline(ReadOnlyInline[Credential, Terminal]):
    model = Credential
    verbose_name_plural = _("Credentials")
    ordering = ("-created_at",)
    show_change_link = True
    fields = rows(
        copyable("hint", _("begins with")),
        KEY,
        when("created_at", _("made")),
        when("first_used_at", _("first used")),
        when("not_after", _("good until")),
        when("revoked_at", _("revoked")),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Credential]:
        return super().get_queryset(request).defer("secret_hash")


def _is_seen(value: str) -> Q:
    recent = Q(seen__last_seen_at__gte=timezone.now() - timedelta(days=1))
    return recent if value == "yes" else ~recent


@admin.register(Terminal)
class TerminalAdmin(ActingAdmin[Terminal], HistoryAdmin[Terminal]):
    """A register is never deleted, since its sales and returns name it: it is retired."""

    acts = (ISSUE, ACTIVATE, SUSPEND, RETIRE)
    ordering = ("store__number", "number")
    list_display = ("__str__", "label", "profile", STATUS, last_seen, credential, "adapter")
    list_select_related = ("store", "profile", "seen")
    list_filter = (
        chosen("status", _("Status"), TerminalStatus.choices),
        chosen("seen", _("Seen within a day"), [("yes", _("yes")), ("no", _("no"))], _is_seen),
        belongs("store", _("Shop")),
        belongs("profile", _("Profile")),
    )
    search_paths = ("store__number", "number", "label__icontains", "hardware__icontains", "pk")
    search_help_text = _("Shop number, register number, label, hardware or client id")
    inlines = (CredentialInline,)
    empty_says = _("A register belongs to a shop and has a profile that says what it may do.")
    empty_first = _("Add a shop first, then the register, then issue its first secret.")
    fieldsets = (
        section(None, related("store", _("shop")), "number", "label", "profile", STATUS),
        section(_("Last seen"), last_seen, seen_from, copyable("id", _("client id"))),
        section(_("Machine"), "hardware", "adapter", exactly("created_at", _("added"), zone=ZONE)),
    )
    add_fieldsets = (section(None, "store", "number", "label", "profile"),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Terminal]:
        usable = Credential.objects.filter(status__in=USABLE).only("terminal_id", "status")
        rows = super().get_queryset(request).select_related("store", "profile", "seen")
        return rows.prefetch_related(Prefetch("credential_set", usable))

    def more_found(self, term: str) -> list[QuerySet[Terminal, Any]]:
        """As labels write it: `0042/03`."""
        store, _sep, number = (part.strip() for part in term.partition("/"))
        return [Terminal.objects.filter(store__number=store, number=number).values("pk")]

    def get_fieldsets(self, request: HttpRequest, obj: Terminal | None = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Terminal | None = None) -> Any:
        if obj is None:
            return ()
        shown = [name for _title, options in self.fieldsets for name in options["fields"]]
        return (*(name for name in shown if callable(name)), "number", "adapter")

    def get_inlines(self, request: HttpRequest, obj: Terminal | None) -> Any:
        return self.inlines if obj else ()

    def save_model(
        self, request: HttpRequest, obj: Terminal, form: ModelForm[Terminal], change: bool
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        made = services.add_terminal(
            store=obj.store,
            number=obj.number,
            profile=obj.profile,
            label=obj.label,
            actor=actor_of(request),
            now=timezone.now(),
        )
        obj.pk, obj.created_at, obj._state.adding = made.pk, made.created_at, False

    def has_delete_permission(self, request: HttpRequest, obj: Terminal | None = None) -> bool:
        return False
