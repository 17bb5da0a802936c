"""One's own page: the second factor, its recovery codes, and being logged in elsewhere."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts import services, views
from apps.accounts.forms import CodeForm
from apps.accounts.middleware import knock_of
from apps.accounts.models import RecoveryCode, SecondFactor, User
from apps.accounts.selectors import has_factor
from apps.common.admin import actor_of

LOG_OUT, CODES, REPLACE = "log-out", "codes", "replace"


def show(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """GET shows; POST does what its button says, with a code where it concerns the factor."""
    person = request.user
    assert isinstance(person, User)
    wanted = request.POST.get("do", "") if request.method == "POST" else ""
    if wanted == LOG_OUT:
        services.end_sessions(person, actor=actor_of(request), now=timezone.now())
        update_session_auth_hash(request, person)
        messages.success(request, _("You are logged out everywhere but here."))
        return HttpResponseRedirect(reverse("admin:account"))
    asks = wanted in (CODES, REPLACE) and has_factor(person)
    form = CodeForm(
        request.POST if asks else None,
        help_text=_("Six digits that your app shows, or one of your recovery codes."),
    )
    form.fields["code"].widget.attrs.pop("autofocus", None)
    if asks and form.is_valid():
        if services.enter_code(person, form.cleaned_data["code"], knock_of(request)):
            return _do(site, request, person, wanted)
        form.add_error("code", _("This code is not good, or not any more. Try the next one."))
    left = RecoveryCode.objects.filter(person=person, used_at=None).count()
    factor = SecondFactor.objects.filter(person=person, confirmed_at__isnull=False).first()
    more = {"form": form, "factor": factor, "left": left, "person": person}
    return views.page(site, request, "admin/accounts/account.html", _("Your account"), **more)


def _do(site: AdminSite, request: HttpRequest, person: User, wanted: str) -> HttpResponse:
    """The code was good."""
    actor, now, here = actor_of(request), timezone.now(), reverse("admin:account")
    if wanted == CODES:
        codes = services.renew_recovery_codes(person, actor=actor, now=now)
        return views.show_codes(site, request, codes, here)
    services.reset_factor(person, actor=actor, now=now, proven=True)
    views.begin_entering(request, person, here)
    return HttpResponseRedirect(reverse("admin:login_set_up"))
