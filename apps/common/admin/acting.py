"""Buttons. Each says what will happen, asks, and calls one service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from django.contrib import messages
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from apps.common.admin import once
from apps.common.admin.base import HouseAdmin
from apps.common.display import name_of
from apps.common.errors import Refusal

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Act:
    """One button of a page: what it is called, what it will do, when it fits, and the doing."""

    name: str
    label: Any
    explains: Callable[[Any], Any]
    run: Callable[[HttpRequest, Any], Any]
    """Returns what to tell the person, or a whole page."""
    fits: Callable[[Any], bool] = lambda thing: True
    danger: bool = False


class ActingAdmin(HouseAdmin[M], Generic[M]):
    """Pages with buttons. Who may change the model may press them; each asks before it acts."""

    acts: ClassVar[tuple[Act, ...]] = ()

    def may_act(self, request: HttpRequest) -> bool:
        name = get_permission_codename("change", self.opts)
        return bool(request.user.has_perm(f"{self.opts.app_label}.{name}"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.act_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        return [path("<path:object_id>/do/<slug:act>/", view, name=name), *super().get_urls()]

    def act_url(self, thing: Model, act: Act) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_act"
        return reverse(name, args=[thing.pk, act.name])

    def act_view(self, request: HttpRequest, object_id: str, act: str) -> HttpResponse:
        thing = self.get_object(request, object_id)
        chosen = next((known for known in self.acts if known.name == act), None)
        return self.answer_act(request, thing, chosen)

    def answer_act(self, request: HttpRequest, thing: M | None, act: Act | None) -> HttpResponse:
        """GET asks; POST does it once, and says what came of it."""
        if not self.may_act(request):
            raise PermissionDenied
        if thing is None or act is None:
            raise Http404
        if request.method != "POST":
            return self.act_page(request, thing, act, "admin/confirm_act.html")
        if before := once.sent_before(request):
            return before
        if act.fits(thing):
            return self._act(request, thing, act)
        return self.act_page(request, thing, act, "admin/confirm_act.html")

    def act_page(
        self, request: HttpRequest, thing: M, act: Act, template: str, **more: Any
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": act.label,
            "opts": self.opts,
            "thing": thing,
            "thing_name": name_of(thing),
            "thing_url": self.page_of(thing),
            "act": act,
            "fits": act.fits(thing),
            "explains": act.explains(thing),
            "once": once.fresh(),
            **more,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, context)

    def response_add(self, request: HttpRequest, obj: M, *args: Any, **kwargs: Any) -> HttpResponse:
        """To its page, where the buttons for what comes next are."""
        text = _("%(thing)s is added.") % {"thing": name_of(obj)}
        messages.success(request, text)
        return HttpResponseRedirect(self.page_of(obj))

    def page_of(self, thing: Model) -> str:
        return reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[thing.pk]
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        thing = kwargs.get("obj")
        if thing is not None and self.may_act(request):
            context["acts"] = [
                {"label": act.label, "url": self.act_url(thing, act), "danger": act.danger}
                for act in self.acts
                if act.fits(thing)
            ]
        return super().render_change_form(request, context, *args, **kwargs)

    def _act(self, request: HttpRequest, thing: M, act: Act) -> HttpResponse:
        try:
            result = act.run(request, thing)
            once.spend(request, self.page_of(thing))
        except Refusal as error:
            messages.error(request, error.detail)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            if isinstance(result, HttpResponse):
                return result
            messages.success(request, result)
        return HttpResponseRedirect(self.page_of(thing))
