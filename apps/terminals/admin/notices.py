"""Notices: what about a register needs a person."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.common.admin import (
    Act,
    BulkAct,
    BulkAdmin,
    ReadOnlyAdmin,
    actor_of,
    one_by_one,
    section,
)
from apps.common.admin.columns import exactly, related, when
from apps.common.admin.filters import chosen, mostly
from apps.terminals import services
from apps.terminals.admin.columns import notice_kind, settled
from apps.terminals.models import Notice
from apps.terminals.states import NoticeKind

ZONE = "terminal__store__timezone"


def _settle(request: HttpRequest, notice: Notice) -> Any:
    services.clear_notice(notice, actor=actor_of(request), now=timezone.now())
    return _("The notice is settled.")


SETTLE = Act(
    "settle",
    _("Settled"),
    lambda notice: _(
        "Somebody has seen to it. The notice leaves the list of open ones; what it said stays in the "
        "trail."
    ),
    _settle,
    fits=lambda notice: notice.cleared_at is None,
)

SETTLE_ALL = BulkAct(
    SETTLE.name,
    SETTLE.label,
    lambda n: (
        ngettext(
            "Somebody has seen to %(n)s notice. It leaves the list of open ones.",
            "Somebody has seen to %(n)s notices. They leave the list of open ones.",
            n,
        )
        % {"n": n}
    ),
    one_by_one(
        _settle,
        lambda n: ngettext("%(n)s notice is settled.", "%(n)s notices are settled.", n) % {"n": n},
    ),
    why_not=lambda notice: "" if SETTLE.fits(notice) else _("settled already"),
)


def _which(value: str) -> Q:
    return {"settled": Q(cleared_at__isnull=False), "all": Q()}.get(value, Q(cleared_at=None))


@admin.register(Notice)
class NoticeAdmin(BulkAdmin[Notice], ReadOnlyAdmin[Notice]):
    """Raised by the system, once each; settled by a person, or by the rotation they asked for."""

    shop_rule = "terminal__store_id"
    acts = (SETTLE,)
    bulk_acts = (SETTLE_ALL,)
    ordering = ("-id",)
    list_display = (
        notice_kind,
        related("terminal", _("register")),
        "detail",
        when("raised_at", _("since"), zone=ZONE),
        settled,
    )
    list_select_related = ("terminal__store",)
    list_filter = (
        mostly(
            "state",
            _("State"),
            _("open"),
            [("settled", _("settled")), ("all", _("open and settled"))],
            _which,
        ),
        chosen("kind", _("What"), NoticeKind.choices),
    )
    search_paths = ("terminal__store__number", "terminal_id")
    search_help_text = _("Shop number or client id")
    fieldsets = (
        section(None, notice_kind, related("terminal", _("register")), "detail"),
        section(
            None,
            exactly("raised_at", _("raised"), zone=ZONE),
            exactly("cleared_at", _("settled"), zone=ZONE),
            "cleared_by",
        ),
    )
    lead = _("What about a register needs a person, or soon will.")
    empty_says = _("No notice is open.")
    empty_first = _(
        "One is raised when a used code comes again from another machine, when a key gets older than "
        "it may be, or when a new key is not used for a week."
    )
