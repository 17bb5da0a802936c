"""The page *Waiting for approval*, and the two buttons on each of its cards."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.common.admin import HouseAdmin, actor_of, once
from apps.common.admin.scope import shops_of
from apps.common.errors import Refusal
from apps.returns import services
from apps.returns.admin.waiting import Card, find_card, read_board
from apps.returns.commands import Ruling
from apps.returns.models import CustomerReturn
from apps.returns.states import ReturnStatus

MAY_RULE = "returns.override_customerreturn"


class WordForm(forms.Form):
    """Why: it stands in the trail, and the operator reads it."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("It stands in the trail, and the register shows it."),
    )


class ApprovingPages(HouseAdmin[CustomerReturn]):
    """Besides the list: what waits, refreshed by itself, and a page to allow or refuse one."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("waiting/", view(self.waiting), name="approvals"),
            path("waiting/figures/", view(self.waiting_figures), name="approvals_figures"),
            path("<uuid:return_id>/allow/", view(self.allow), name="approvals_allow"),
            path("<uuid:return_id>/refuse/", view(self.refuse), name="approvals_refuse"),
        ]
        return [*own, *super().get_urls()]

    def waiting(self, request: HttpRequest) -> TemplateResponse:
        title = _("Waiting for approval")
        context = {**self.admin_site.each_context(request), **self._board(request), "title": title}
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/returns/waiting.html", context)

    def waiting_figures(self, request: HttpRequest) -> TemplateResponse:
        """The cards alone, for the refresh."""
        return TemplateResponse(request, "admin/returns/waiting_cards.html", self._board(request))

    def allow(self, request: HttpRequest, return_id: UUID) -> HttpResponse:
        return self._rule(request, return_id, approve=True)

    def refuse(self, request: HttpRequest, return_id: UUID) -> HttpResponse:
        return self._rule(request, return_id, approve=False)

    def _board(self, request: HttpRequest) -> dict[str, Any]:
        if not self.has_view_permission(request):
            raise PermissionDenied
        after = request.GET.get("after", "")
        user, shops = cast(User, request.user), shops_of(request, self.admin_site)
        figures = reverse("admin:approvals_figures")
        return {
            "board": read_board(user, shops, after=after, now=timezone.now()),
            "may_rule": request.user.has_perm(MAY_RULE),
            "figures": f"{figures}?{urlencode({'after': after})}" if after else figures,
        }

    def _rule(self, request: HttpRequest, return_id: UUID, *, approve: bool) -> HttpResponse:
        if not request.user.has_perm(MAY_RULE):
            raise PermissionDenied
        if request.method == "POST" and (before := once.sent_before(request)):
            return before
        user, shops = cast(User, request.user), shops_of(request, self.admin_site)
        card = find_card(return_id, user, shops, now=timezone.now())
        if card is None:
            messages.info(request, _("This return does not wait any more."))
            return HttpResponseRedirect(reverse("admin:approvals"))
        form = WordForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            ruling = Ruling(approve, form.cleaned_data["reason"])
            return self._carry_out(request, return_id, ruling)
        return self._page(request, card, form, approve)

    def _page(
        self, request: HttpRequest, card: Card, form: forms.Form, approve: bool
    ) -> TemplateResponse:
        number = card.what.number
        title = _("Allow %(number)s") if approve else _("Refuse %(number)s")
        context = {
            **self.admin_site.each_context(request),
            "title": title % {"number": number},
            "opts": self.opts,
            "card": card,
            "form": form,
            "approve": approve,
            "hindered": card.hindered or (card.beyond if approve else ""),
            "once": once.fresh(),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/returns/rule.html", context)

    def _carry_out(self, request: HttpRequest, return_id: UUID, ruling: Ruling) -> HttpResponse:
        board = reverse("admin:approvals")
        user_id, actor = cast(int, request.user.pk), actor_of(request)
        try:
            shown = services.override_remotely(
                return_id, ruling, user_id=user_id, actor=actor, now=timezone.now()
            )
        except Refusal as error:
            messages.error(request, error.detail)
        else:
            once.spend(request, board)
            say = messages.success if shown.status == ReturnStatus.AUTHORIZED else messages.info
            say(request, _SAYS[shown.status] % {"number": shown.number})
        return HttpResponseRedirect(board)


_SAYS = {
    "authorized": gettext_lazy("%(number)s is authorized. The register knows."),
    "denied": gettext_lazy("%(number)s is denied. The register knows."),
    "needs_override": gettext_lazy("%(number)s still waits: there is another reason by now."),
}
