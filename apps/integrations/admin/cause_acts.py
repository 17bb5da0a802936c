"""Buttons for all that failed alike at one destination. A worker does it; its page shows how far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.admin import HouseAdmin, ReasonForm, actor_of, once
from apps.common.errors import Refusal
from apps.integrations import pages, services
from apps.integrations.admin.delivery_acts import shown_dry_run
from apps.integrations.admin.job_pages import to_job
from apps.integrations.models import Delivery, Destination, Job
from apps.integrations.states import DeliveryStatus, JobKind


@dataclass(frozen=True, slots=True)
class CauseAct:
    """`asks` is the label of the reason it wants; empty for none."""

    name: str
    label: Any
    explains: Any
    run: Callable[[Destination, str, str, HttpRequest], Job]
    asks: Any = ""
    danger: bool = False


def _job(kind: JobKind) -> Callable[[Destination, str, str, HttpRequest], Job]:
    def run(destination: Destination, cause: str, note: str, request: HttpRequest) -> Job:
        return services.ask_job(
            kind, destination, {"cause": cause},
            note=note, actor=actor_of(request), now=timezone.now(),
        )  # fmt: skip

    return run


def _discard(destination: Destination, cause: str, note: str, request: HttpRequest) -> Job:
    return services.discard_alike(
        destination, cause, note=note, actor=actor_of(request), now=timezone.now()
    )


ACTS = (
    CauseAct(
        pages.AGAIN,
        pages.CAUSE_ACTS[pages.AGAIN],
        _("A worker queues them all once more, under their own event ids, in batches."),
        _job(JobKind.REPLAY),
    ),
    CauseAct(
        pages.RESOLVE,
        pages.CAUSE_ACTS[pages.RESOLVE],
        _("They were seen to in another way, and are not sent."),
        _job(JobKind.RESOLVE),
        asks=_("What was done"),
    ),
    CauseAct(
        pages.DISCARD,
        pages.CAUSE_ACTS[pages.DISCARD],
        _(
            "The destination never hears of them; this cannot be taken back. Where a limit for "
            "discarding is set, a second person has to approve."
        ),
        _discard,
        asks=_("Reason"),
        danger=True,
    ),
)


class CauseActs(HouseAdmin[Destination]):
    """`<destination>/cause/<act>/?cause=…`: GET asks, POST does it once."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.cause_view)
        name = "integrations_destination_cause"
        return [path("<uuid:key>/cause/<slug:act>/", view, name=name), *super().get_urls()]

    def cause_view(self, request: HttpRequest, key: Any, act: str) -> HttpResponse:
        if not request.user.has_perm("integrations.change_destination"):
            raise PermissionDenied
        destination = self.get_object(request, str(key))
        cause = request.GET.get("cause", "")
        if destination is None or not cause:
            raise Http404
        if act == pages.DRY_RUN:
            return self._dry_run(request, destination, cause)
        chosen = next((known for known in ACTS if known.name == act), None)
        if chosen is None:
            raise Http404
        if request.method == "POST" and (before := once.sent_before(request)):
            return before
        form = _form(chosen, request)
        if request.method == "POST" and form.is_valid():
            try:
                job = chosen.run(destination, cause, form.cleaned_data.get("note", ""), request)
            except Refusal as error:
                messages.error(request, error.detail)
            else:
                page = to_job(request, job)
                once.spend(request, page["Location"])
                return page
        return self._page(request, destination, cause, "admin/integrations/cause.html",
                          act=chosen, title=chosen.label, form=form, once=once.fresh())  # fmt: skip

    def _dry_run(self, request: HttpRequest, destination: Destination, cause: str) -> HttpResponse:
        """Of the newest one: they failed alike."""
        dead = Delivery.objects.filter(
            destination=destination, cause=cause, status=DeliveryStatus.DEAD
        )
        example = dead.order_by("-pk").select_related("destination").first()
        if example is None:
            raise Http404
        return self._page(request, destination, cause, "admin/integrations/dry_run.html",
                          title=pages.CAUSE_ACTS[pages.DRY_RUN], **shown_dry_run(example))  # fmt: skip

    def _page(
        self, request: HttpRequest, thing: Model, cause: str, template: str, **more: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "thing_name": str(thing),
            "thing_url": pages.rows_url(thing.pk, cause),
            "cause": cause,
            **more,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, context)


def _form(act: CauseAct, request: HttpRequest) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    return ReasonForm(data, label=act.asks) if act.asks else forms.Form(data)
