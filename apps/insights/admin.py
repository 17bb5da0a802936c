"""Alerts, heartbeats and checks of the books: read only."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import admin
from django.db.models import Q
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.common import display
from apps.common.admin import ReadOnlyAdmin, rows, section
from apps.common.admin.columns import column, exactly, when
from apps.common.admin.filters import chosen, mostly
from apps.insights import trail_admin  # noqa: F401
from apps.insights.models import Alert, Heartbeat, VerifyRun
from apps.insights.states import AlertKind
from apps.insights.story import page as story_page  # noqa: F401
from apps.insights.wording import sentence


@column("state_alive", _("alive"))
def alive(beat: Heartbeat) -> str:
    late = timezone.now() - beat.at > timedelta(minutes=1)
    return display.badge(_("late"), display.BAD) if late else display.badge(_("yes"), display.GOOD)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin[Heartbeat]):
    """Written by the parts themselves."""

    ordering = ("name",)
    list_display = ("name", alive, when("at", _("last seen")))
    fields = rows("name", alive, exactly("at", _("last seen")))
    lead = _("When each part of the system was last seen alive.")
    empty_says = _("No part of the system has reported yet.")
    empty_first = _("Start the worker and the scheduler.")


@column("state_violations", _("result"))
def result(run: VerifyRun) -> str:
    if run.violations:
        return display.badge(_("%(n)s violations") % {"n": run.violations}, display.BAD)
    return display.badge(_("the books agree"), display.GOOD)


@column("results", _("each promise"))
def results(run: VerifyRun) -> str:
    rows = [
        [row.get("number", ""), row.get("promise", ""), _broken(row.get("violations", 0))]
        for row in run.results
    ]
    return display.table([_("number"), _("what must hold"), _("broken by")], rows)


def _broken(violations: int) -> str:
    if violations:
        return display.badge(violations, display.BAD)
    return display.badge(_("nothing"), display.GOOD)


@admin.register(VerifyRun)
class VerifyRunAdmin(ReadOnlyAdmin[VerifyRun]):
    """What the check found; it is run by the worker, or with `make verify`."""

    ordering = ("-id",)
    list_display = (when("at", _("when")), result, "seconds")
    list_filter = (chosen("violations__gt", _("Result"), [("0", _("with violations"))]),)
    fieldsets = (
        section(None, result, exactly("at", _("when")), "seconds"),
        section(None, results),
    )
    empty_says = _(
        "Every five minutes the books are checked against each other; results stand here."
    )


@column("state_said", _("what it says"))
def said(alert: Alert) -> str:
    return sentence(alert)


@column("link", _("mend it"))
def mended_at(alert: Alert) -> str:
    return format_html('<a href="{}">{}</a>', alert.link, _("Open the page"))


def _which(value: str) -> Q:
    return {"over": Q(closed_at__isnull=False), "all": Q()}.get(value, Q(closed_at=None))


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin[Alert]):
    """Raised and closed by the watch, every half minute; mailed where somebody is named for it."""

    ordering = ("-id",)
    list_display = (
        "kind",
        said,
        when("opened_at", _("since")),
        when("closed_at", _("over")),
        when("told_at", _("mailed")),
    )
    list_filter = (
        mostly(
            "state",
            _("State"),
            _("open"),
            [("over", _("over")), ("all", _("open and over"))],
            _which,
        ),
        chosen("kind", _("What"), AlertKind.choices),
    )
    fieldsets = (
        section(None, "kind", said, mended_at),
        section(
            None,
            exactly("opened_at", _("since")),
            exactly("closed_at", _("over")),
            exactly("told_at", _("mailed")),
        ),
    )
    lead = _("What needs a person. An alert closes by itself when its cause is gone.")
    empty_says = _("No alert is open.")
    empty_first = _(
        "One is raised when events cannot be delivered or wait too long, when a destination fails or "
        "is disabled, and for what a register reports."
    )
