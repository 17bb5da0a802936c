"""The admin site: our home page, the order of places, and what staff do written to the trail."""

from __future__ import annotations

from functools import partial, wraps
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from apps.accounts import own_page, views
from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common import display
from apps.common.addresses import address_of
from apps.common.admin import actor_of
from apps.common.errors import Refusal
from apps.insights import access, encryption, home, places
from apps.insights.services.reencryption import ask_reencryption
from apps.insights.trouble import pages as trouble_pages
from apps.retention import listing as month_pages
from apps.stores.selectors import Choices, places_to_give, shops_seen


class ReturnsAdminSite(admin.AdminSite):
    site_header = _("Returns")
    site_title = _("Returns")
    index_title = _("Home")
    site_url = None
    empty_value_display = display.NOTHING
    enable_nav_sidebar = True
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
            path("login/code/", self.code, name="login_code"),
            path("login/set-up/", self.set_up, name="login_set_up"),
            path("account/", self.admin_view(self.account), name="account"),
            path("access-review/", self.admin_view(self.access_review), name="access_review"),
            path("months/", self.admin_view(self.months), name="months"),
            path(keys, self.admin_view(self.keys), name="encryption_keys"),
            path(f"{keys}figures/", self.admin_view(self.keys_figures), name="encryption_figures"),
        ]
        return [*own, *super().get_urls()]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Who was given their password gets to the page that changes it, and out; nowhere else.

        Pages are rendered in here, while it is known whose links they hold.
        """
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if views.has_to_choose(request, self) and request.path not in _while_choosing():
                return HttpResponseRedirect(reverse("admin:password_change"))
            with display.read_by(partial(self._may_open, request)):
                response = inner(request, *args, **kwargs)
                return response.render() if hasattr(response, "render") else response

        return guarded

    def _may_open(self, request: HttpRequest, label: str) -> bool:
        """Whether this person may read the pages of a model (`sales.sale`)."""
        owner = self._registry.get(apps.get_model(label))
        return owner is not None and owner.has_view_permission(request)

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff, with the second factor shown in this very session where one is asked for."""
        return super().has_permission(request) and views.is_proven(request)

    def shops_of(self, request: HttpRequest) -> frozenset[int] | None:
        """The shops whose business this person sees; None is all. Looked up once a request."""
        if not hasattr(request, "_shops_seen"):
            person = request.user
            seen = shops_seen(person) if isinstance(person, User) else frozenset()
            request._shops_seen = seen  # type: ignore[attr-defined]
        found: frozenset[int] | None = request._shops_seen  # type: ignore[attr-defined]
        return found

    def places_to_give(self) -> tuple[Choices, Choices]:
        """Shops and regions, for the form that gives them to people."""
        return places_to_give()

    def sees_all(self, request: HttpRequest) -> bool:
        """Pages about the whole are not for people who see some shops."""
        return self.shops_of(request) is None

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        context = {
            **self.each_context(request),
            "title": self.index_title,
            "home": self._home(request),
            **(extra_context or {}),
        }
        request.current_app = self.name
        return TemplateResponse(request, "admin/index.html", context)

    def figures(self, request: HttpRequest) -> TemplateResponse:
        """The figures of the home page alone, for its refresh."""
        context = {"home": self._home(request)}
        return TemplateResponse(request, "admin/home_figures.html", context)

    def _home(self, request: HttpRequest) -> home.Home:
        may = request.user.has_perm
        return home.read_home(now=timezone.now(), shops=self.shops_of(request), may=may)

    def error_queue(self, request: HttpRequest) -> TemplateResponse:
        """Everything that needs a person, by cause."""
        self._only_who_sees_all(request)
        context = {**self.each_context(request), **trouble_pages.error_queue(request)}
        request.current_app = self.name
        return TemplateResponse(request, "admin/error_queue.html", context)

    def error_queue_figures(self, request: HttpRequest) -> TemplateResponse:
        """The same alone, for its refresh."""
        self._only_who_sees_all(request)
        context = trouble_pages.error_queue(request)
        return TemplateResponse(request, "admin/error_queue_figures.html", context)

    def months(self, request: HttpRequest) -> TemplateResponse:
        """The months of the big tables, and what was put away."""
        self._only_who_sees_all(request)
        if not request.user.has_perm("audit.view_archivedmonth"):
            raise PermissionDenied
        context = {
            **self.each_context(request),
            "title": _("Months"),
            "kinds": month_pages.read_kinds(now=timezone.now()),
            "folder_set": bool(settings.ARCHIVE_FOLDER),
            "put_away": month_pages.is_any_put_away(),
        }
        request.current_app = self.name
        return TemplateResponse(request, "admin/months.html", context)

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

    def _only_who_sees_all(self, request: HttpRequest) -> None:
        if not self.sees_all(request):
            raise PermissionDenied

    def _keys(self, request: HttpRequest) -> dict[str, Any]:
        self._only_who_sees_all(request)
        if not request.user.has_perm("insights.view_reencryption"):
            raise PermissionDenied
        may_act = request.user.has_perm("insights.add_reencryption")
        return {"keys": encryption.read_keys(now=timezone.now()), "may_act": may_act}

    def _reencrypt(self, request: HttpRequest) -> HttpResponse:
        self._only_who_sees_all(request)
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
        reason: str = "",
    ) -> None:
        """One entry of the trail, by whoever is logged in."""
        kind, key, label = subject
        fact = Fact(action, kind, key, subject_label=label, reason=reason, data=data)
        audit.record([fact], actor=actor_of(request), now=timezone.now())

    @method_decorator(never_cache)
    @method_decorator(sensitive_post_parameters())
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        return views.ask_password(self, request)

    @method_decorator(never_cache)
    @method_decorator(sensitive_post_parameters())
    def code(self, request: HttpRequest) -> HttpResponse:
        return views.ask_code(self, request)

    @method_decorator(never_cache)
    @method_decorator(sensitive_post_parameters())
    def set_up(self, request: HttpRequest) -> HttpResponse:
        return views.set_up_factor(self, request)

    @method_decorator(sensitive_post_parameters())
    def account(self, request: HttpRequest) -> HttpResponse:
        """One's own page: password, second factor, sessions."""
        return own_page.show(self, request)

    def access_review(self, request: HttpRequest) -> HttpResponse:
        """Who may do what, and where; POST gives it as a file."""
        if not (self.sees_all(request) and request.user.has_perm("accounts.view_user")):
            raise PermissionDenied
        return access.show(self, request)

    def logout(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        if request.method == "POST":
            self._record_person(request, "user.logged_out")
        return super().logout(request, extra_context)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        first = views.has_to_choose(request, self)
        with transaction.atomic():
            extra = {"first": first, **(extra_context or {})}
            response = super().password_change(request, extra)
            if response.status_code == 302:
                self._record_person(request, "user.password_changed")
        if first and response.status_code == 302:
            messages.success(request, _("Your password is your own now."))
            return HttpResponseRedirect(reverse("admin:index"))
        return response

    def _record_person(self, request: HttpRequest, action: str) -> None:
        if isinstance(request.user, AnonymousUser):
            return
        data = {"address": address_of(request)}
        subject = ("user", str(request.user.pk), request.user.get_username())
        self.record(request, action, subject, data=data)


def _while_choosing() -> tuple[str, ...]:
    return reverse("admin:password_change"), reverse("admin:logout"), reverse("admin:jsi18n")
