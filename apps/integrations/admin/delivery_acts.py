"""What staff do to one delivery. Each calls one service."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.admin import Act, ActingAdmin, AskingAct, ReasonForm, actor_of, answers
from apps.integrations import services
from apps.integrations.admin.differences import marked
from apps.integrations.admin.exchanges import request_text
from apps.integrations.admin.job_pages import to_job
from apps.integrations.models import Delivery
from apps.integrations.services.replaying import REPLAYABLE, takes_two
from apps.integrations.states import DeliveryStatus


def may_go_again(delivery: Delivery) -> bool:
    return delivery.status in REPLAYABLE


def send_again(request: HttpRequest, delivery: Delivery) -> Any:
    services.replay(delivery, actor=actor_of(request), now=timezone.now())
    return _("It is queued, under the same event id.")


def _is_dead(delivery: Delivery) -> bool:
    return delivery.status == DeliveryStatus.DEAD


def _reason(delivery: Delivery) -> Any:
    return lambda data=None: ReasonForm(data, label=_("Reason"))


def _note(delivery: Delivery) -> Any:
    return lambda data=None: ReasonForm(data, label=_("What was done"))


def _resolve(request: HttpRequest, delivery: Delivery) -> Any:
    services.put_away(
        delivery, DeliveryStatus.RESOLVED, note=answers(request)["note"],
        actor=actor_of(request), now=timezone.now(),
    )  # fmt: skip
    return _("Resolved.")


def _discard(request: HttpRequest, delivery: Delivery) -> Any:
    job = services.discard(
        delivery, note=answers(request)["note"], actor=actor_of(request), now=timezone.now()
    )
    return _("Discarded.") if job is None else to_job(request, job)


def _explain_discard(delivery: Delivery) -> Any:
    said = _("%(name)s never hears of this event (%(type)s). This cannot be taken back.") % {
        "name": delivery.destination, "type": delivery.event_type,
    }  # fmt: skip
    if _is_dead(delivery) and takes_two(delivery):
        return f"{said} {_('Its amount is above the limit: a second person has to approve.')}"
    return said


def _dry_run(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    owner = cast(ActingAdmin[Delivery], admin.site._registry[Delivery])
    return owner.act_page(request, delivery, DRY_RUN, "admin/integrations/dry_run.html",
                          **shown_dry_run(delivery))  # fmt: skip


def shown_dry_run(delivery: Delivery) -> dict[str, Any]:
    """What the page of a dry run shows: both requests, with the lines that differ marked."""
    run = services.dry_run(delivery, now=timezone.now())
    then = request_text(run.then.call.request_head, run.then.call.request_body) if run.then else ""
    now = request_text(run.now.head, run.now.body) if run.now else ""
    before, after = marked(then, now) if then and now else (then, now)
    return {"run": run, "before": before, "after": after, "same": then == now}


TRY_AGAIN = Act(
    "again",
    _("Try again"),
    lambda delivery: (
        _(
            "It is sent to %(name)s at the next tick, under the same event id, with all its attempts "
            "before it."
        )
        % {"name": delivery.destination}
    ),
    send_again,
    fits=may_go_again,
)


DRY_RUN = Act(
    "dry-run",
    _("Dry run"),
    lambda delivery: _(
        "The next page shows the request that would go out now, beside the last one. Nothing is sent."
    ),
    _dry_run,
)


RESOLVE = AskingAct(
    "resolve",
    _("Resolve"),
    lambda delivery: _("It was seen to in another way, and is not sent."),
    _resolve,
    fits=_is_dead,
    form=_note,
)


DISCARD = AskingAct(
    "discard",
    _("Discard"),
    _explain_discard,
    _discard,
    fits=_is_dead,
    danger=True,
    form=_reason,
)
