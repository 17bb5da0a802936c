"""What staff do to sync flows. Each calls one service."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.admin import Act, ActingAdmin, actor_of
from apps.integrations import services
from apps.integrations.models import SyncFlow
from apps.integrations.states import FlowStatus


def _run_now(request: HttpRequest, flow: SyncFlow) -> Any:
    services.run_now(flow, actor=actor_of(request), now=timezone.now())
    return _("%(name)s is read at the next tick.") % {"name": flow}


def _set(to: FlowStatus) -> Any:
    def run(request: HttpRequest, flow: SyncFlow) -> Any:
        services.set_flow_status(flow, to, actor=actor_of(request), now=timezone.now())
        return _("%(name)s: %(status)s.") % {"name": flow, "status": to.label}

    return run


def _start_anew(request: HttpRequest, flow: SyncFlow) -> Any:
    services.start_anew(flow, actor=actor_of(request), now=timezone.now())
    return _("%(name)s is read from the beginning.") % {"name": flow}


def _peek(request: HttpRequest, flow: SyncFlow) -> HttpResponse:
    address, count, records = services.peek(flow, clock=timezone.now)
    owner = cast(ActingAdmin[SyncFlow], admin.site._registry[SyncFlow])
    page = owner.act_page(
        request, flow, PEEK, "admin/integrations/peek.html",
        address=address, count=count, records=records,
    )  # fmt: skip
    page["Cache-Control"] = "no-store"
    return page


def _is_active(flow: SyncFlow) -> bool:
    return flow.status == FlowStatus.ACTIVE


PEEK = Act(
    "look",
    _("Look at the next page"),
    lambda flow: _(
        "The source is asked for its next page at once, and the next page here shows what would "
        "be read from it. Nothing is kept. This can take up to 20 seconds."
    ),
    _peek,
)


RUN_NOW = Act(
    "run-now",
    _("Read it now"),
    lambda flow: _("%(name)s is read at the next tick, from where it was left.") % {"name": flow},
    _run_now,
    fits=_is_active,
)


PAUSE = Act(
    "pause",
    _("Pause"),
    lambda flow: (
        _("%(name)s is not read until you resume it. It then goes on where it was left.")
        % {"name": flow}
    ),
    _set(FlowStatus.PAUSED),
    fits=_is_active,
)


RESUME = Act(
    "resume",
    _("Resume"),
    lambda flow: _("%(name)s is read at once, and by its interval from then on.") % {"name": flow},
    _set(FlowStatus.ACTIVE),
    fits=lambda flow: not _is_active(flow),
)


START_ANEW = Act(
    "start-anew",
    _("Start anew from the beginning"),
    lambda flow: (
        _(
            "The cursor of %(name)s is forgotten, and everything the source has is read again. What is "
            "as the source says already is not changed; stock is corrected to the source's figures."
        )
        % {"name": flow}
    ),
    _start_anew,
    danger=True,
)
