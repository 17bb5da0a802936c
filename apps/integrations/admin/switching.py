"""Pausing, resuming, disabling and enabling a destination; letting it in again; sending again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.admin import Act, AskingAct, actor_of, answers
from apps.integrations import services
from apps.integrations.admin.job_pages import to_job
from apps.integrations.admin.replay_form import EnableForm, ReplayForm
from apps.integrations.models import Destination
from apps.integrations.services.destinations import feed_position
from apps.integrations.states import DestinationStatus, JobKind


def _set(to: DestinationStatus) -> Any:
    def run(request: HttpRequest, destination: Destination) -> Any:
        services.set_status(destination, to, actor=actor_of(request), now=timezone.now())
        return _("%(name)s: %(status)s.") % {"name": destination, "status": to.label}

    return run


def _enable(request: HttpRequest, destination: Destination) -> Any:
    actor, now = actor_of(request), timezone.now()
    missed = services.set_status(destination, DestinationStatus.ACTIVE, actor=actor, now=now)
    if missed is None or not answers(request)["meanwhile"]:
        return _("%(name)s hears again of what happens from now on.") % {"name": destination}
    about = {"after": missed, "until_position": feed_position()}
    return to_job(
        request, services.ask_job(JobKind.CATCH_UP, destination, about, actor=actor, now=now)
    )


def _replay(request: HttpRequest, destination: Destination) -> Any:
    said = answers(request)
    about = {
        "since": said["since"].isoformat(),
        "until": said["until"].isoformat(),
        "types": said["types"],
        "failed_only": said["failed_only"],
    }
    job = services.ask_job(
        JobKind.STRETCH, destination, about, actor=actor_of(request), now=timezone.now()
    )
    return to_job(request, job)


def _close(request: HttpRequest, destination: Destination) -> Any:
    services.close_breaker(destination, actor=actor_of(request), now=timezone.now())
    return _("It is tried again at the next tick.")


def _is(*statuses: DestinationStatus) -> Any:
    return lambda destination: destination.status in statuses


PAUSE = Act(
    "pause",
    _("Pause"),
    lambda destination: (
        _("%(name)s is sent nothing until you resume it. What happens meanwhile is kept for it.")
        % {"name": destination}
    ),
    _set(DestinationStatus.PAUSED),
    fits=_is(DestinationStatus.ACTIVE),
)


RESUME = Act(
    "resume",
    _("Resume"),
    lambda destination: (
        _("%(name)s is sent what waits for it, and what happens from now on.")
        % {"name": destination}
    ),
    _set(DestinationStatus.ACTIVE),
    fits=_is(DestinationStatus.PAUSED),
)


DISABLE = Act(
    "disable",
    _("Disable"),
    lambda destination: (
        _(
            "%(name)s is sent nothing until you enable it again, and nothing is kept for it; test "
            "events are sent. What happens meanwhile can be made up for when it is enabled, as far "
            "back as events are kept."
        )
        % {"name": destination}
    ),
    _set(DestinationStatus.DISABLED),
    fits=_is(DestinationStatus.ACTIVE, DestinationStatus.PAUSED),
    danger=True,
)


ENABLE = AskingAct(
    "enable",
    _("Enable"),
    lambda destination: _("%(name)s may be sent events again.") % {"name": destination},
    _enable,
    fits=_is(DestinationStatus.DISABLED),
    form=lambda destination: EnableForm,
)


CLOSE_BREAKER = Act(
    "close-breaker",
    _("Try it again now"),
    lambda destination: (
        _(
            "%(name)s is left alone for a while, since too many calls failed. It is called again at "
            "once, as if nothing had failed; if it still fails, it is left alone again."
        )
        % {"name": destination}
    ),
    _close,
    fits=lambda destination: bool(destination.health.open_until),
)


REPLAY = AskingAct(
    "replay",
    _("Send again"),
    lambda destination: (
        _(
            "A worker sends %(name)s what is named here once more; the next page shows how far it is."
        )
        % {"name": destination}
    ),
    _replay,
    form=lambda destination: ReplayForm,
)
