"""Forms whose whole history is kept: who, when, why; any two versions side by side; put back."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.admin import SimpleHistoryAdmin

from apps.common.admin import once, versions
from apps.common.admin.recorded import RecordedAdmin
from apps.common.admin.scope import shops_of
from apps.common.display import name_of
from apps.common.errors import Refusal

M = TypeVar("M", bound=Model)
REASON = "change_reason"
EVERYTHING = ("*",)


class ReasonField(forms.CharField):
    """Why, for those who look at it later."""

    def __init__(self, **kwargs: Any) -> None:
        told: dict[str, Any] = {
            "label": gettext_lazy("Reason for the change"),
            "help_text": gettext_lazy("For the history and the trail: who asked, which ticket."),
            "required": False,
            "max_length": 500,
            "widget": forms.TextInput(attrs={"autocomplete": "off"}),
        }
        super().__init__(**told | kwargs)


class HistoryAdmin(RecordedAdmin[M], SimpleHistoryAdmin, Generic[M]):  # type: ignore[misc]
    """Every version can be read and compared; where it is safe, one can be put back."""

    history_list_per_page = 50
    object_history_template = "admin/history/object_history.html"
    restorable: ClassVar[tuple[str, ...]] = ()
    """Settings that may be put back as they were, through the form that changes them."""

    def get_urls(self) -> list[URLPattern]:
        guard, base = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path(
                "<path:object_id>/history/compare/",
                guard(self.compare_view),
                name=f"{base}_compare",
            ),
            path(
                "<path:object_id>/history/<int:version_id>/restore/",
                guard(self.restore_view),
                name=f"{base}_restore",
            ),
            *super().get_urls(),
        ]

    def get_form(
        self, request: HttpRequest, obj: M | None = None, change: bool = False, **more: Any
    ) -> Any:
        if change and obj is not None and self.has_change_permission(request, obj):
            base = more.get("form", self.form)
            field = ReasonField(required=settings.REASON_REQUIRED)
            more["form"] = type(base)(base.__name__, (base,), {REASON: field})
        return super().get_form(request, obj, change=change, **more)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        """What was there before is remembered, so that the reason is written to what comes."""
        if change:
            newest = form.instance.history.order_by("-history_id").first()
            request.newest_history = newest.history_id if newest else 0  # type: ignore[attr-defined]
            request.change_reason = form.cleaned_data.get(REASON) or ""  # type: ignore[attr-defined]
        return super().save_form(request, form, change)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Not Django's log: the reason goes to the versions this very request made."""
        reason = getattr(request, "change_reason", "")
        if reason:
            made = obj.history.filter(history_id__gt=request.newest_history)  # type: ignore[attr-defined]
            made.filter(history_change_reason=None).update(history_change_reason=reason)

    def called(self) -> versions.Named:
        """What ids are called that a setting keeps as plain values."""
        return {}

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        thing = self._thing(request, object_id, or_gone=True)
        extra = {
            "compare_url": thing and self._url("compare", thing.pk),
            "may_restore": thing and self._may_restore(request, thing),
            **(extra_context or {}),
        }
        response: HttpResponse = SimpleHistoryAdmin.history_view(self, request, object_id, extra)
        return response

    def set_history_delta_changes(
        self, request: HttpRequest, historical_records: Any, foreign_keys_are_objs: bool = True
    ) -> None:
        """What each version changed, in words, where the library writes plain values."""
        called, page = self.called(), list(historical_records)
        if not page:
            return
        for after, before in zip(page, [*page[1:], page[-1].prev_record], strict=True):
            after.history_delta_changes = (
                versions.differences(before, after, called=called) if before else []
            )

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """One version to be read. The library's own view is a form, and saves what is posted."""
        if request.method != "GET":
            raise PermissionDenied
        thing = self._thing(request, object_id, or_gone=True)
        kept = {self.opts.pk.attname: unquote(object_id), "history_id": version_id}
        try:
            version = get_object_or_404(self.model.history, **kept)  # type: ignore[attr-defined]
        except (ValueError, ValidationError):  # an address typed by hand
            raise Http404 from None
        more = {
            "rows": versions.read(version, called=self.called()),
            "version": version,
            "may_restore": thing and self._may_restore(request, thing),
            "title": name_of(version.instance),
        }
        return self._version_page(
            request, thing or version.instance, "admin/history/object_version.html", **more
        )

    def compare_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Any two versions, the older one on the left."""
        thing = self._thing(request, object_id)
        assert thing is not None
        keys = [key for name in ("a", "b") if (key := request.GET.get(name, "")).isdigit()]
        records = self._records(thing).filter(history_id__in=keys).order_by("history_id")
        found = list(records)
        if len(found) != 2:
            messages.error(request, _("Choose two different versions."))
            return HttpResponseRedirect(self._url("history", thing.pk))
        rows = versions.compare(found[0], found[1], called=self.called())
        more = {"before": found[0], "after": found[1], "rows": rows, "title": _("Two versions")}
        return self._version_page(request, thing, "admin/history/compare.html", **more)

    def restore_view(self, request: HttpRequest, object_id: str, version_id: int) -> HttpResponse:
        """GET shows what would change and asks why; POST does it, as the form would."""
        thing = self._thing(request, object_id)
        assert thing is not None
        version = self._records(thing).filter(history_id=version_id).first()
        if version is None:
            raise Http404
        if not self._may_restore(request, thing):
            raise PermissionDenied
        if request.method == "POST" and (before := once.sent_before(request)):
            return before
        form = self._form_as_it_was(request, thing, version)
        if request.method == "POST":
            if form.is_valid():
                return self._restore(request, thing, form, version)
            for name, errors in form.errors.items():
                label = form.fields[name].label if name in form.fields else ""
                messages.error(request, f"{label}: {' '.join(str(e) for e in errors)}".lstrip(": "))
        now = self._records(thing).order_by("-history_id").first()
        names = self._restored(form, version)
        rows = [
            one
            for one in versions.compare(now, version, names, called=self.called())
            if one.differs
        ]
        title = _("Put this version back")
        more = {"rows": rows, "version": version, "title": title, "once": once.fresh(),
                "reason_required": settings.REASON_REQUIRED}  # fmt: skip
        return self._version_page(request, thing, "admin/history/restore.html", **more)

    def _restore(
        self, request: HttpRequest, thing: M, form: ModelForm[M], version: Any
    ) -> HttpResponse:
        names = self._restored(form, version)
        page = HttpResponseRedirect(self._url("change", thing.pk))
        if not names & set(form.changed_data):
            messages.info(request, _("Nothing differs from what is in force."))
            return page
        try:
            with transaction.atomic():
                made = self.save_form(request, form, change=True)
                self.save_model(request, made, form, True)
                self.save_related(request, form, [], True)
                as_of = {"version": version.history_id, "as_of": version.history_date.isoformat()}
                self.record(request, "restored", made, as_of)
                self.log_change(request, made, "")
        except Refusal as error:
            messages.error(request, error.detail)
            return page
        once.spend(request, page["Location"])
        messages.success(request, _("The version is put back: it is the newest one now."))
        return page

    def _form_as_it_was(self, request: HttpRequest, thing: M, version: Any) -> Any:
        form = self.get_form(request, thing, change=True)
        then = version.instance
        then._state.adding = False
        unbound = form(instance=then)
        data = versions.answers_of(unbound, form(instance=thing), self._restored(unbound, version))
        data[REASON] = request.POST.get(REASON, "")
        return form(data, instance=thing)

    def _restored(self, form: Any, version: Any) -> frozenset[str]:
        """Which of the form's settings come back: those of the history that may."""
        kept = {field.name for field in versions.settings_of(version)} & set(form.fields)
        return frozenset(kept if self.restorable == EVERYTHING else kept & set(self.restorable))

    def _may_restore(self, request: HttpRequest, thing: M) -> bool:
        return bool(self.restorable) and self.has_change_permission(request, thing)

    def _records(self, thing: M) -> Any:
        return type(thing).history.filter(**{self.opts.pk.attname: thing.pk})  # type: ignore[attr-defined]

    def _thing(self, request: HttpRequest, object_id: str, *, or_gone: bool = False) -> M | None:
        """What this person may see; what was deleted, only for who sees every shop."""
        thing = self.get_object(request, unquote(object_id))
        if thing is None and not (or_gone and shops_of(request, self.admin_site) is None):
            raise Http404
        if not self.has_view_permission(request, thing):
            raise PermissionDenied
        return thing

    def _url(self, what: str, *args: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{what}", args=args)

    def _version_page(
        self, request: HttpRequest, thing: M, template: str, **more: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "thing_key": thing.pk,
            "thing_name": name_of(thing),
            "thing_url": self._url("change", thing.pk),
            "history_url": self._url("history", thing.pk),
            **more,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, context)
