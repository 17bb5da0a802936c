"""Requests that were carried out, with the very answers they got."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.common import display
from apps.common.admin import ReadOnlyAdmin, section
from apps.common.admin.columns import column, copyable, exactly, referred, when
from apps.common.admin.filters import since
from apps.idempotency.models import IdempotentRequest


@column("call", _("request"))
def call(request: IdempotentRequest) -> str:
    return display.code(request.method, request.path)


@column("state_answer", _("answer"))
def answer(request: IdempotentRequest) -> str:
    tone = display.GOOD if request.status < 300 else display.WAIT
    return display.badge(request.status, tone)


@column("answer_body", _("what was answered"))
def answer_body(request: IdempotentRequest) -> str:
    try:
        body: Any = json.loads(bytes(request.body))
    except ValueError:
        return display.muted(_("not JSON"))
    return display.document(body, _("Open"))


@column("terminal", _("register"))
def terminal(request: IdempotentRequest) -> str:
    return display.link_to("terminals.terminal", request.terminal_id, request.terminal_id)


@admin.register(IdempotentRequest)
class IdempotentRequestAdmin(ReadOnlyAdmin[IdempotentRequest]):
    """The same request again gets the same answer; these are the answers that are kept."""

    ordering = ("-id",)
    list_display = (
        call,
        "key",
        answer,
        referred("effect", _("effect")),
        when("created_at", _("when")),
    )
    list_filter = (since("created_at", _("When")),)
    search_paths = ("effect", "terminal_id")
    search_help_text = _("What came of it (return:<id>), or the id of a register")
    fieldsets = (
        section(
            None,
            call,
            copyable("key", _("Idempotency-Key")),
            answer,
            referred("effect", _("effect")),
        ),
        section(None, exactly("created_at", _("when")), terminal, "request_id"),
        section(None, answer_body),
    )
    empty_says = _("Every request with an Idempotency-Key is kept here, with its answer.")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        match = request.resolver_match
        listing = match is not None and (match.url_name or "").endswith("_changelist")
        return rows.defer("body", "fingerprint") if listing else rows
