"""Field mappings: an event on the left, what the destination would get on the right, live."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.common import display
from apps.common.admin import ActingAdmin, RecordedAdmin, actor_of
from apps.common.admin.columns import column
from apps.common.errors import Refusal
from apps.integrations.admin.differences import marked
from apps.integrations.admin.mapping_form import FIRST, MappingForm, place_in
from apps.integrations.models import Destination, Mapping, MappingVersion
from apps.integrations.services import mappings as services


@column("in_force", gettext_lazy("in force"))
def in_force(mapping: Mapping) -> str:
    number = getattr(mapping, "published", None)
    if number is None:
        return display.badge(_("nothing is published"), display.WAIT)
    return _("version %(n)s") % {"n": number}


@column("used_by", gettext_lazy("used by"))
def used_by(mapping: Mapping) -> str:
    return display.listed(display.link(one) for one in mapping.destination_set.all())


@admin.register(Mapping)
class MappingAdmin(ActingAdmin[Mapping], RecordedAdmin[Mapping]):
    """Its page is the editor; versions are made there, and none is ever changed."""

    trail_name = "mapping"
    ordering = ("name",)
    list_display = ("name", in_force, used_by)
    search_paths = ("name__icontains",)
    fields = ("name",)
    lead = gettext_lazy("How an event becomes what another system understands.")
    empty_says = gettext_lazy("Without a mapping, a destination gets the event as it is.")
    empty_first = gettext_lazy(
        "Add one, write its template, publish it, then choose it at a destination."
    )

    def blockers(self, obj: Mapping) -> list[str]:
        """What was published explains what was sent, and stays."""
        if obj.versions.filter(published_at__isnull=False).exists():
            return [_("published versions")]
        return super().blockers(obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mapping]:
        published = Max("versions__number", filter=Q(versions__published_at__isnull=False))
        users = Prefetch("destination_set", Destination.objects.order_by("name"))
        return super().get_queryset(request).annotate(published=published).prefetch_related(users)

    def get_urls(self) -> list[URLPattern]:
        def route(pattern: str, view: Any, name: str) -> URLPattern:
            own = self.admin_site.admin_view(view)
            found: URLPattern = path(
                f"<int:key>/{pattern}", own, name=f"integrations_mapping_{name}"
            )
            return found

        return [
            route("try/", self.try_view, "try"),
            route("compare/", self.compare_view, "compare"),
            route("use/<int:number>/", self.use_view, "use"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The editor. POST tries, keeps a draft, or publishes; without JavaScript, too."""
        mapping = self._mapping(request, object_id, acts=request.method == "POST")
        form = MappingForm(request.POST) if request.method == "POST" else _first_form(mapping)
        valid = form.is_valid()
        if request.method == "POST" and valid and request.POST.get("do") in ("draft", "publish"):
            try:
                return self._keep(request, mapping, form)
            except Refusal as error:
                form.add_error("template", error.detail)
        return self._editor(request, mapping, form)

    def try_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """For the script of the editor: the result, or what is wrong and where."""
        self._mapping(request, str(key), acts=True)
        if request.method != "POST":
            return HttpResponse(status=405)
        form = MappingForm(request.POST)
        form.is_valid()
        return JsonResponse(_live(form))

    def compare_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Two versions side by side: `?a=1&b=2`."""
        mapping = self._mapping(request, str(key))
        numbers = [request.GET.get(name, "") for name in ("a", "b")]
        if not all(number.isascii() and number.isdigit() for number in numbers):
            raise Http404
        found = {v.number: v for v in mapping.versions.filter(number__in=map(int, numbers))}
        pair = [found.get(int(number)) for number in numbers]
        if None in pair:
            raise Http404
        texts = [_pretty(version.template) for version in pair if version]
        before, after = marked(*texts)
        return self._page(request, mapping, "admin/integrations/compare.html", versions=pair,
                          before=before, after=after, title=_("Compare two versions"))  # fmt: skip

    def use_view(self, request: HttpRequest, key: int, number: int) -> HttpResponse:
        """An older version in force again, as a new one."""
        mapping = self._mapping(request, str(key), acts=True)
        if request.method == "POST":
            actor, now = actor_of(request), timezone.now()
            try:
                made = services.use_again(mapping, number, actor=actor, now=now)
            except Refusal as error:
                messages.error(request, error.detail)
            else:
                messages.success(request, _("Version %(n)s is in force.") % {"n": made.number})
            return HttpResponseRedirect(self.page_of(mapping))
        return self._page(request, mapping, "admin/integrations/use_version.html", number=number,
                          title=_("Use version %(n)s again") % {"n": number})  # fmt: skip

    def _mapping(self, request: HttpRequest, key: str, *, acts: bool = False) -> Mapping:
        mapping = self.get_object(request, key)
        if not self.has_view_permission(request) or (acts and not self.may_act(request)):
            raise PermissionDenied
        if mapping is None:
            raise Http404
        return mapping

    def _keep(self, request: HttpRequest, mapping: Mapping, form: MappingForm) -> HttpResponse:
        actor, now = actor_of(request), timezone.now()
        said = form.cleaned_data
        draft = services.save_draft(
            mapping, said["template"], note=said["note"], actor=actor, now=now
        )
        if request.POST["do"] == "publish":
            services.publish_draft(mapping, actor=actor, now=now)
            text = _("Version %(n)s is in force from the next delivery on.")
        else:
            text = _("Version %(n)s is kept as a draft.")
        messages.success(request, text % {"n": draft.number})
        return HttpResponseRedirect(self.page_of(mapping))

    def _editor(self, request: HttpRequest, mapping: Mapping, form: MappingForm) -> HttpResponse:
        live = _live(form)
        template = _template_of(form)
        tried = [] if template is None else services.try_on_recent(template, form.recent)
        return self._page(
            request, mapping, "admin/integrations/mapping.html", form=form, live=live,
            event=_pretty(form.event()), tried=tried, title=mapping.name,
            versions=list(mapping.versions.order_by("-number")[:30]),
            in_force=getattr(mapping, "published", None), may_act=self.may_act(request),
            try_url=reverse("admin:integrations_mapping_try", args=[mapping.pk]),
        )  # fmt: skip

    def _page(
        self, request: HttpRequest, mapping: Mapping, template: str, **more: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "mapping": mapping,
            "thing_name": mapping.name,
            "thing_url": self.page_of(mapping),
            **more,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, context)


def _first_form(mapping: Mapping) -> MappingForm:
    """The draft, else what is in force, else an example."""
    newest: MappingVersion | None = mapping.versions.order_by("-number").first()
    example = {"reference": "=data.number", "total": "=data.refund_total"}
    template = newest.template if newest else example
    note = newest.note if newest and newest.published_at is None else ""
    return MappingForm(initial={"type": FIRST, "template": _pretty(template), "note": note})


def _live(form: MappingForm) -> dict[str, Any]:
    """`{ok, result, event}` or `{ok, where, line, detail, event}`, for the page and for its script."""
    event = form.event()
    shown = {"event": _pretty(event)}
    for name in ("template", "pasted"):
        if form.is_bound and name in form.errors:
            said = " ".join(str(one) for one in form.errors[name])
            return {**shown, "ok": False, "where": name, "line": 0, "detail": said}
    if event is None:
        said = _("There was no event of this type yet. Choose another type, or paste one.")
        return {**shown, "ok": False, "where": "", "line": 0, "detail": said}
    tried = services.try_template(_template_of(form), event)
    if tried.ok:
        return {**shown, "ok": True, "result": _pretty(tried.result)}
    line = place_in(form.wanted("template"), tried.path)
    return {**shown, "ok": False, "where": tried.path, "line": line, "detail": tried.detail}


def _template_of(form: MappingForm) -> Any:
    try:
        return json.loads(form.wanted("template"))
    except (ValueError, RecursionError):
        return None


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str) if value is not None else ""
