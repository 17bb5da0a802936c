"""Asking for a back-test of a version, and those there were."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.common.admin import actor_of
from apps.returns.admin.policy import pages
from apps.returns.models import BackTest, PolicyVersion
from apps.returns.services.backtesting import MOST_DAYS, ask_back_test

SHOWN = 20


class DaysForm(forms.Form):
    days = forms.IntegerField(
        label=gettext_lazy("Returns of the last days"), min_value=1, max_value=MOST_DAYS, initial=90,
        help_text=gettext_lazy("Counted from now. A quarter is 90."),
    )  # fmt: skip


def show(request: HttpRequest, version: PolicyVersion, *, may_act: bool) -> HttpResponse:
    form = DaysForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        days, actor = form.cleaned_data["days"], actor_of(request)
        test = ask_back_test(version, days=days, actor=actor, now=timezone.now())
        return HttpResponseRedirect(pages.page_of(test))
    tests = BackTest.objects.filter(version=version).order_by("-id")[:SHOWN]
    return pages.page(
        request, "admin/returns/back_tests.html", version,
        _("Back-test %(version)s") % {"version": version}, version=version, form=form, tests=tests,
        may_act=may_act,
    )  # fmt: skip
