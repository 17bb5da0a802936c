"""Buttons for many rows of a list: chosen ones, or all that match. Each asks before it acts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.common.admin import once
from apps.common.admin.acting import ActingAdmin
from apps.common.admin.columns import column
from apps.common.display import name_of
from apps.common.errors import Refusal

M = TypeVar("M", bound=Model)
CHOSEN, ALL, CONFIRMED = "chosen", "all", "confirmed"


@dataclass(frozen=True, slots=True)
class BulkAct:
    """One button of a list: what it is called, what it will do to so many, and the doing."""

    name: str
    label: Any
    explains: Callable[[int], Any]
    run: Callable[[HttpRequest, list[Any]], Any]
    """Returns what to tell the person, or a whole page."""
    why_not: Callable[[Any], Any] = lambda thing: ""
    """Why a thing is left out; nothing, when it fits."""
    danger: bool = False
    most: int = 1000
    asks: bool = True
    """False: its own page asks, with the things that fit."""


@dataclass(slots=True)
class Sorted:
    """What was chosen, held against an act: what fits, and the names of the rest by reason."""

    fitting: list[Any] = field(default_factory=list)
    left_out: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, things: Iterable[Any], act: BulkAct) -> Sorted:
        made = cls()
        for thing in things:
            if why := act.why_not(thing):
                made.left_out.setdefault(str(why), []).append(name_of(thing))
            else:
                made.fitting.append(thing)
        return made


def one_by_one(
    do: Callable[[HttpRequest, Any], Any], says: Callable[[int], Any]
) -> Callable[[HttpRequest, list[Any]], str]:
    """A run that calls one service per thing; what changed meanwhile is left out and counted."""

    def run(request: HttpRequest, things: list[Any]) -> str:
        refused = 0
        for thing in things:
            try:
                do(request, thing)
            except Refusal:
                refused += 1
        told = str(says(len(things) - refused))
        if refused:
            text = ngettext(
                "%(n)s was left out, since it changed meanwhile.",
                "%(n)s were left out, since they changed meanwhile.",
                refused,
            )
            told = f"{told} {text % {'n': refused}}"
        return told

    return run


@column("chosen", "")
def chosen_box(row: Model) -> str:
    label = _("Choose %(thing)s") % {"thing": name_of(row)}
    return format_html(
        '<input type="checkbox" name="{}" value="{}" aria-label="{}">', CHOSEN, row.pk, label
    )


class BulkAdmin(ActingAdmin[M], Generic[M]):
    """Lists whose rows can be ticked."""

    bulk_acts: ClassVar[tuple[BulkAct, ...]] = ()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.bulk_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_bulk"
        return [path("bulk/<slug:act>/", view, name=name), *super().get_urls()]

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = super().get_list_display(request)
        return (chosen_box, *shown) if self.bulk_acts and self.may_act(request) else shown

    def get_list_display_links(self, request: HttpRequest, list_display: Sequence[Any]) -> Any:
        first = [one for one in list_display if one is not chosen_box][:1]
        return super().get_list_display_links(request, first)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        extra = dict(extra_context or {})
        if self.bulk_acts and self.may_act(request):
            extra["bulk"] = [
                {"label": act.label, "danger": act.danger, "url": self._bulk_url(request, act)}
                for act in self.bulk_acts
            ]
        return super().changelist_view(request, extra)

    def bulk_view(self, request: HttpRequest, act: str) -> HttpResponse:
        """The list posts what is ticked here; the page that asks posts it again, confirmed."""
        if not self.may_act(request):
            raise PermissionDenied
        wanted = next((known for known in self.bulk_acts if known.name == act), None)
        if wanted is None:
            raise Http404
        if request.method != "POST":
            return HttpResponseRedirect(self._list_url(request))
        if before := once.sent_before(request):
            return before
        things = self._chosen(request, wanted.most + 1)
        if refused := _unfit_number(len(things), wanted):
            messages.error(request, refused)
            return HttpResponseRedirect(self._list_url(request))
        sorted_ = Sorted.of(things, wanted)
        if sorted_.fitting and (CONFIRMED in request.POST or not wanted.asks):
            return self._run(request, wanted, sorted_.fitting)
        return self._ask(request, wanted, sorted_)

    def _run(self, request: HttpRequest, act: BulkAct, things: list[M]) -> HttpResponse:
        try:
            result = act.run(request, things)
        except Refusal as error:
            messages.error(request, error.detail)
        else:
            once.spend(request, self._list_url(request))
            if isinstance(result, HttpResponse):
                return result
            messages.success(request, result)
        return HttpResponseRedirect(self._list_url(request))

    def _ask(self, request: HttpRequest, act: BulkAct, found: Sorted) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": act.label,
            "opts": self.opts,
            "act": act,
            "explains": act.explains(len(found.fitting)) if found.fitting else "",
            "names": [name_of(thing) for thing in found.fitting],
            "keys": ",".join(str(thing.pk) for thing in found.fitting),
            "left_out": found.left_out,
            "list_url": self._list_url(request),
            "once": once.fresh(),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/confirm_bulk.html", context)

    def _chosen(self, request: HttpRequest, most: int) -> list[M]:
        """What was ticked, or (ALL) what the list's filters and search find; `most` of it."""
        if ALL in request.POST and CONFIRMED not in request.POST:
            return list(self.get_changelist_instance(request).queryset[:most])
        keys = [
            key
            for given in request.POST.getlist(CHOSEN)
            for key in given.split(",")
            if self._is_key(key)
        ]
        rows = self.get_queryset(request).filter(pk__in=keys)
        return list(rows.order_by(*self.get_ordering(request))[:most])

    def _is_key(self, key: str) -> bool:
        try:
            self.opts.pk.to_python(key)
        except ValidationError:
            return False
        return bool(key)

    def _bulk_url(self, request: HttpRequest, act: BulkAct) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_bulk"
        return f"{reverse(name, args=[act.name])}?{request.GET.urlencode()}"

    def _list_url(self, request: HttpRequest) -> str:
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return f"{url}?{request.GET.urlencode()}" if request.GET else url


def _unfit_number(chosen: int, act: BulkAct) -> str:
    if not chosen:
        return _("Nothing was chosen. Tick some rows first.")
    if chosen > act.most:
        return _("More than %(n)s are too many at once. Choose fewer.") % {"n": act.most}
    return ""
