"""The door of the admin: password, then a code of the second factor. The site gives the frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import segno
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME, login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from apps.accounts import services
from apps.accounts.forms import WRONG, CodeForm, PasswordForm
from apps.accounts.middleware import knock_of
from apps.accounts.models import SecondFactor, User
from apps.accounts.policy.codes import app_address, grouped
from apps.accounts.selectors import has_factor
from apps.common.addresses import address_of, household_of
from apps.common.caller import user_actor
from apps.common.limits import Limit, RateLimited, check

ENTERING, PROVEN = "entering", "second_factor"
ENTERING_S = 300
"""Seconds from the password to the code."""
_BACK_END = "apps.accounts.authentication.RoleBackend"


@dataclass(frozen=True, slots=True)
class Entering:
    """Somebody whose password was right, and where they were going."""

    person: User
    going_to: str


def ask_password(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """GET asks; POST goes on to the code, or in where no second factor is asked for."""
    going_to = _safe(request, request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get("next", ""))
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if too_often := _too_often(request):
            form.add_error(None, too_often)
        elif person := services.enter_password(
            form.cleaned_data["username"], form.cleaned_data["password"], knock_of(request)
        ):
            return _go_on(request, person, going_to)
        else:
            form.add_error(None, WRONG)
    more = {"form": form, "next": going_to, "app_path": request.get_full_path()}
    return page(site, request, "admin/login.html", _("Log in"), **more)


def ask_code(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """The code of the app, or a recovery code."""
    entering = _entering(request)
    if entering is None or not has_factor(entering.person):
        return HttpResponseRedirect(reverse("admin:login"))
    help_text = _("Six digits that your app shows, or one of your recovery codes.")
    form = CodeForm(request.POST if request.method == "POST" else None, help_text=help_text)
    if request.method == "POST" and form.is_valid():
        if too_often := _too_often(request):
            form.add_error("code", too_often)
        elif how := services.enter_code(
            entering.person, form.cleaned_data["code"], knock_of(request)
        ):
            return _let_in(request, entering.person, entering.going_to, how)
        else:
            form.add_error("code", _("This code is not good, or not any more. Try the next one."))
    return page(site, request, "admin/accounts/code.html", _("Your code"), form=form)


def set_up_factor(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """At the first log-in, or from one's own page: a picture for the app, then its first code."""
    entering = _entering(request)
    person = entering.person if entering else request.user
    if not isinstance(person, User):
        return HttpResponseRedirect(reverse("admin:login"))
    if has_factor(person):
        return HttpResponseRedirect(reverse("admin:login_code" if entering else "admin:account"))
    factor = services.begin_factor(person, now=timezone.now())
    form = CodeForm(
        request.POST if request.method == "POST" else None,
        help_text=_("The six digits that the app shows for this account now."),
    )
    if request.method == "POST" and form.is_valid():
        codes = _confirm(request, person, form)
        if codes is not None:
            going_to = entering.going_to if entering else reverse("admin:account")
            _enter(request, person, "app")
            return show_codes(site, request, codes, going_to)
    more = {"form": form, **_picture(person, factor)}
    return page(site, request, "admin/accounts/set_up.html", _("Your second factor"), **more)


def show_codes(
    site: AdminSite, request: HttpRequest, codes: list[str], going_to: str
) -> HttpResponse:
    """The one page that ever shows them."""
    more = {"codes": [grouped(code) for code in codes], "going_to": going_to}
    title = _("Your recovery codes")
    return page(site, request, "admin/accounts/recovery_codes.html", title, **more)


def page(
    site: AdminSite, request: HttpRequest, template: str, title: str, **more: Any
) -> HttpResponse:
    context = {**site.each_context(request), "title": title, **more}
    request.current_app = site.name
    return TemplateResponse(request, template, context)


def is_proven(request: HttpRequest) -> bool:
    """Whether this session has shown a second factor, where one is asked for."""
    return not settings.STAFF_MFA or bool(request.session.get(PROVEN))


def has_to_choose(request: HttpRequest, site: AdminSite) -> bool:
    """Whether somebody is in whose password was chosen by somebody else."""
    person = request.user
    return isinstance(person, User) and person.password_is_given and site.has_permission(request)


def _go_on(request: HttpRequest, person: User, going_to: str) -> HttpResponse:
    if not has_factor(person) and not settings.STAFF_MFA:
        return _let_in(request, person, going_to, "")
    begin_entering(request, person, going_to)
    name = "login_code" if has_factor(person) else "login_set_up"
    return HttpResponseRedirect(reverse(f"admin:{name}"))


def begin_entering(request: HttpRequest, person: User, going_to: str) -> None:
    """The password was right; what is still to be shown is the second factor."""
    if request.user.is_authenticated:
        logout(request)
    request.session.cycle_key()
    request.session[ENTERING] = {
        "person": person.pk,
        "hash": person.get_session_auth_hash(),
        "at": int(timezone.now().timestamp()),
        "going_to": going_to,
    }


def _entering(request: HttpRequest) -> Entering | None:
    """Who has given the right password within five minutes, if nothing changed about them since."""
    said = request.session.get(ENTERING)
    if not said or timezone.now().timestamp() - said["at"] > ENTERING_S:
        return None
    person = User.objects.filter(pk=said["person"], is_active=True, is_staff=True).first()
    if person is None or person.get_session_auth_hash() != said["hash"]:
        return None
    return Entering(person, said["going_to"])


def _let_in(request: HttpRequest, person: User, going_to: str, how: str) -> HttpResponse:
    _enter(request, person, how)
    return HttpResponseRedirect(going_to)


@transaction.atomic
def _enter(request: HttpRequest, person: User, how: str) -> None:
    request.session.pop(ENTERING, None)
    if not (request.user.is_authenticated and request.user.pk == person.pk):
        login(request, person, backend=_BACK_END)
        services.note_entered(person, knock_of(request), how=how)
    if how:
        request.session[PROVEN] = how


def _confirm(request: HttpRequest, person: User, form: CodeForm) -> list[str] | None:
    knock = knock_of(request)
    actor = user_actor(person.pk, person.username, request_id=knock.request_id)
    try:
        code = form.cleaned_data["code"]
        return services.confirm_factor(person, code, actor=actor, now=knock.now)
    except services.NotConfirmed:
        form.add_error("code", _("That is not the code which the app shows now. Try the next one."))
        return None


def _picture(person: User, factor: SecondFactor) -> dict[str, Any]:
    """A QR code for the app, and the same to type in; SVG without any style of its own."""
    issuer = str(_("Returns"))
    made = segno.make(app_address(factor.secret, name=person.username, issuer=issuer), error="m")
    svg: SafeString = mark_safe(  # made of numbers and our own words only
        made.svg_inline(border=4, light="#fff", svgclass="qr", lineclass=None, omitsize=True)
    )
    return {"picture": svg, "secret": grouped(factor.secret)}


def _too_often(request: HttpRequest) -> str:
    try:
        bucket = f"login:{household_of(address_of(request))}"
        check(bucket, Limit(*settings.RATE_LIMIT_LOGIN))
    except RateLimited as error:
        return _("Too many attempts at once. Try again in %(n)s s.") % {"n": error.retry_after}
    return ""


def _safe(request: HttpRequest, url: str) -> str:
    home = reverse("admin:index")
    hosts = {request.get_host()}
    ours = url_has_allowed_host_and_scheme(url, hosts, require_https=request.is_secure())
    # Back to a page, never into the door again.
    return (
        url
        if ours and not url.startswith((reverse("admin:login"), reverse("admin:logout")))
        else home
    )
