"""Jobs: what a worker does to many deliveries, how far it is, and the second person's word."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common import display
from apps.common.admin import Act, ActingAdmin, ReadOnlyAdmin, actor_of, section
from apps.common.admin.columns import column, exactly, pairs, related, when
from apps.common.admin.filters import chosen
from apps.integrations import services
from apps.integrations.models import Job
from apps.integrations.states import JobKind


def to_job(request: HttpRequest, job: Job) -> HttpResponse:
    """To the page that shows how far it is."""
    return HttpResponseRedirect(reverse("admin:integrations_job_change", args=[job.pk]))


@column("state_job", _("status"))
def standing(job: Job) -> str:
    if job.declined:
        return display.badge(_("declined"), display.BAD)
    if job.finished_at:
        return display.badge(_("finished"), display.GOOD)
    if job.waits_for_second:
        return display.badge(_("waits for a second person"), display.WAIT)
    return display.badge(_("under way"), display.WAIT)


@column("qty_done", _("done"))
def done(job: Job) -> str:
    if job.total is None:
        return display.NOTHING
    return display.noted(
        display.count(job.changed), _("of %(n)s") % {"n": display.count(job.total)}
    )


def _answer(yes: bool) -> Any:
    def run(request: HttpRequest, job: Job) -> Any:
        services.answer_job(job, yes=yes, actor=actor_of(request), now=timezone.now())
        return _("A worker begins now.") if yes else _("It will not be done.")

    return run


def _what(job: Job) -> Any:
    said = {"who": job.asked_by, "what": job.get_kind_display(), "name": job.destination.name}
    text = _(
        "%(who)s asked: %(what)s, at %(name)s. It takes another person than the one who asked."
    )
    return text % said


_APPROVE = Act("approve", _("Approve"), _what, _answer(True), lambda job: job.waits_for_second)
_DECLINE = Act(
    "decline", _("Decline"), _what, _answer(False), lambda job: job.waits_for_second, danger=True
)


@admin.register(Job)
class JobAdmin(ActingAdmin[Job], ReadOnlyAdmin[Job]):
    """Asked for by buttons, carried out by a worker; leaving the page changes nothing."""

    acts = (_APPROVE, _DECLINE)
    trail_name = "job"
    ordering = ("-id",)
    list_display = ("kind", related("destination", _("destination")), standing, done,
                    "asked_by", when("asked_at", _("asked for")))  # fmt: skip
    list_select_related = ("destination",)
    list_filter = (chosen("kind", _("What"), JobKind.choices),)
    lead = _("Work on many deliveries that somebody asked for, and how far it is.")
    empty_says = _("Replays, and what was done to all that failed alike, stand here.")
    change_form_template = "admin/integrations/job.html"
    fieldsets = (
        section(
            _("What was asked for"), "kind", related("destination", _("destination")),
            pairs("about", _("of these")), "note", "asked_by", exactly("asked_at", _("asked for")),
            "answered_by", exactly("answered_at", _("answered")),
        ),
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.figures)
        name = "integrations_job_figures"
        return [path("<int:key>/figures/", view, name=name), *super().get_urls()]

    def figures(self, request: HttpRequest, key: int) -> HttpResponse:
        """How far it is, for the page's refresh."""
        job = self.get_object(request, str(key))
        if job is None or not self.has_view_permission(request, job):
            return HttpResponse(status=404)
        return TemplateResponse(
            request, "admin/integrations/job_figures.html", {"job": job, "state": standing(job)}
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        job = kwargs.get("obj")
        context["job"], context["state"] = job, standing(job) if job else ""
        return super().render_change_form(request, context, *args, **kwargs)
