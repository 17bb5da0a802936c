"""How a sync flow is doing, in a list and on its page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.common import display
from apps.common.admin.columns import column, state
from apps.integrations.models import SyncFlow, SyncRun
from apps.integrations.policy.durations import write_span
from apps.integrations.policy.flow_health import (
    FAILING,
    GOOD,
    LATE,
    NEW,
    PAUSED,
)
from apps.integrations.selectors import flow_health
from apps.integrations.services.flows import can_read_credentials
from apps.integrations.states import AccessKind, FlowTiming, RunStatus

RUNS_SHOWN = 10
RUN_STATUS = state(
    "status",
    gettext_lazy("status"),
    {
        RunStatus.DONE: display.GOOD,
        RunStatus.CUT: display.WAIT,
        RunStatus.RUNNING: display.WAIT,
        RunStatus.FAILED: display.BAD,
        RunStatus.DIED: display.BAD,
    },
)


@column("state_flow", gettext_lazy("state"))
def state_of(flow: SyncFlow) -> str:
    shown = {
        PAUSED: (_("paused"), display.CALM),
        LATE: (_("late"), display.BAD),
        FAILING: (_("failing"), display.WAIT),
        NEW: (_("not read yet"), display.WAIT),
        GOOD: (_("in time"), display.GOOD),
    }
    word, tone = shown[flow_health(flow, timezone.now())]
    badge = display.badge(word, tone)
    run = flow.state.run
    if flow.state.failures_in_a_row and run is not None:
        return display.noted(badge, f"{run.cause} {run.detail}".strip()[:120])
    return badge


@column("when_done", gettext_lazy("complete as of"))
def age(flow: SyncFlow) -> str:
    return display.moment(flow.state.done_at)


@column("mode", gettext_lazy("read"))
def mode(flow: SyncFlow) -> str:
    if flow.timing == FlowTiming.DAILY:
        at = flow.daily_at.strftime("%H:%M")
        return _("daily at %(time)s, %(zone)s") % {"time": at, "zone": flow.daily_zone}
    return _("every %(time)s") % {"time": write_span(flow.every_seconds)}


@column("when_next", gettext_lazy("next try"))
def next_try(flow: SyncFlow) -> str:
    return display.moment(flow.state.retry_at)


@column("last_run", gettext_lazy("last run"))
def last_run(flow: SyncFlow) -> str:
    run = flow.state.run
    if run is None:
        return display.NOTHING
    return display.link(run, figures(run))


@column("figures", gettext_lazy("records"))
def figures(run: SyncRun) -> str:
    """`3 new, 5 changed, 2 refused`; what is 0 is left out."""
    parts = [
        (run.records_new, _("%(n)s new")),
        (run.records_changed, _("%(n)s changed")),
        (run.records_same, _("%(n)s as they were")),
        (run.records_refused, _("%(n)s refused")),
    ]
    said = [text % {"n": number} for number, text in parts if number]
    return display.listed(said) if said else display.muted(_("nothing"))


@column("state_refused", gettext_lazy("error queue"))
def refused(flow: Any) -> str:
    """`has_refused` is loaded with the list."""
    if not flow.has_refused:
        return display.muted(_("none"))
    return format_html(
        '<a href="{}">{}</a>', refused_url(flow), display.badge(_("some"), display.BAD)
    )


@column("runs", gettext_lazy("runs"))
def last_runs(flow: SyncFlow) -> str:
    """The newest ten, and the way to all."""
    found = SyncRun.objects.filter(flow=flow).order_by("-id")[:RUNS_SHOWN]
    rows = [
        (display.link(run, display.moment(run.started_at)), RUN_STATUS(run), figures(run),
         display.code(run.cause) if run.cause else display.NOTHING)
        for run in found
    ]  # fmt: skip
    if not rows:
        return display.muted(_("Nothing was read yet."))
    url = reverse("admin:integrations_syncrun_changelist")
    table = display.table([_("began"), _("status"), _("records"), _("cause")], rows)
    return format_html('{}<a href="{}?flow={}">{}</a>', table, url, flow.pk, _("All its runs"))


@column("state_access", gettext_lazy("credentials"))
def credentials(flow: SyncFlow) -> str:
    """Whether they are there; they are shown nowhere."""
    if flow.access == AccessKind.NONE:
        return display.muted(_("none needed"))
    if not can_read_credentials(flow):
        return display.badge(_("cannot be read: key missing"), display.BAD)
    return display.badge(_("set, encrypted"), display.GOOD)


def refused_url(flow: SyncFlow) -> str:
    url = reverse("admin:integrations_rejectedrecord_changelist")
    return f"{url}?status=open&flow={flow.pk}"
