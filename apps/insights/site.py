"""The admin site: our home page, the order of places, and what staff do written to the trail."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.addresses import address_of
from apps.common.admin import actor_of
from apps.common.display import NOTHING
from apps.common.errors import Refusal
from apps.insights import encryption, home, places
from apps.insights.login import LoginForm
from apps.insights.services.reencryption import ask_reencryption
from apps.insights.trouble import pages as trouble_pages


class ReturnsAdminSite(admin.AdminSite):
    site_header = _("Returns")
    site_title = _("Returns")
    index_title = _("Home")
    site_url = None
    _empty_value_display = NOTHING
    enable_nav_sidebar = True
    login_form = LoginForm
    logout_template = "admin/logged_out.html"
    password_change_template = "admin/password_change.html"
    password_change_done_template = "admin/password_changed.html"

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        return {**context, "places": places.visible_places(self, request)}

    def get_log_entries(self, request: HttpRequest) -> Any:
        """None: the trail takes the place of Django's own log of actions."""
        return ()

    def get_urls(self) -> list[URLPattern | URLResolver]:
        keys = "encryption-keys/"
        own = [
            path("figures/", self.admin_view(self.figures), name="figures"),
            path("error-queue/", self.admin_view(self.error_queue), name="error_queue"),
            path(
                "error-queue/figures/",
                self.admin_view(self.error_queue_figures),
                name="error_queue_figures",
            ),
            path(keys, self.admin_view(self.keys), name="encryption_keys"),
            path(f"{keys}figures/", self.admin_view(self.keys_figures), name="encryption_figures"),
        ]
        return [*own, *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        context = {
            **self.each_context(request),
            "title": self.index_title,
            "home": home.read_home(now=timezone.now()),
            **(extra_context or {}),
        }
        request.current_app = self.name
        return TemplateResponse(request, "admin/index.html", context)

    def figures(self, request: HttpRequest) -> TemplateResponse:
        """The figures of the home page alone, for its refresh."""
        context = {"home": home.read_home(now=timezone.now())}
        return TemplateResponse(request, "admin/home_figures.html", context)

    def error_queue(self, request: HttpRequest) -> TemplateResponse:
        """Everything that needs a person, by cause."""
        context = {**self.each_context(request), **trouble_pages.error_queue(request)}
        request.current_app = self.name
        return TemplateResponse(request, "admin/error_queue.html", context)

    def error_queue_figures(self, request: HttpRequest) -> TemplateResponse:
        """The same alone, for its refresh."""
        context = trouble_pages.error_queue(request)
        return TemplateResponse(request, "admin/error_queue_figures.html", context)

    def keys(self, request: HttpRequest) -> HttpResponse:
        """Which stored secrets stand under which key; POST has them put under the newest."""
        if request.method == "POST":
            return self._reencrypt(request)
        context = {
            **self.each_context(request),
            **self._keys(request),
            "title": _("Encryption keys"),
        }
        request.current_app = self.name
        return TemplateResponse(request, "admin/encryption_keys.html", context)

    def keys_figures(self, request: HttpRequest) -> TemplateResponse:
        """The figures of that page alone, for its refresh."""
        return TemplateResponse(request, "admin/encryption_figures.html", self._keys(request))

    def _keys(self, request: HttpRequest) -> dict[str, Any]:
        if not request.user.has_perm("insights.view_reencryption"):
            raise PermissionDenied
        may_act = request.user.has_perm("insights.add_reencryption")
        return {"keys": encryption.read_keys(now=timezone.now()), "may_act": may_act}

    def _reencrypt(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("insights.add_reencryption"):
            raise PermissionDenied
        try:
            ask_reencryption(actor=actor_of(request), now=timezone.now())
        except Refusal as error:
            messages.error(request, error.detail)
        return HttpResponseRedirect(reverse("admin:encryption_keys"))

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> Any:
        """Places are grouped by what people do, not by app."""
        return HttpResponseRedirect(reverse("admin:index"))

    def record(
        self,
        request: HttpRequest,
        action: str,
        subject: tuple[str, str, str],
        *,
        data: dict[str, Any],
    ) -> None:
        """One entry of the trail, by whoever is logged in."""
        kind, key, label = subject
        fact = Fact(action, kind, key, subject_label=label, data=data)
        audit.record([fact], actor=actor_of(request), now=timezone.now())

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        with transaction.atomic():
            response = super().login(request, extra_context)
            if request.method == "POST" and response.status_code == 302:
                self._record_person(request, "user.logged_in")
        return response

    def logout(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        if request.method == "POST":
            self._record_person(request, "user.logged_out")
        return super().logout(request, extra_context)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        with transaction.atomic():
            response = super().password_change(request, extra_context)
            if response.status_code == 302:
                self._record_person(request, "user.password_changed")
        return response

    def _record_person(self, request: HttpRequest, action: str) -> None:
        if isinstance(request.user, AnonymousUser):
            return
        data = {"address": address_of(request)}
        subject = ("user", str(request.user.pk), request.user.get_username())
        self.record(request, action, subject, data=data)
