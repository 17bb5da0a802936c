"""A form that is sent twice (a reload, a double click) does its work once."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext as _

FIELD = "once"
_SPENT = "spent_forms"
_KEPT = 30


def fresh() -> str:
    """For the hidden field `once` of a form."""
    return secrets.token_urlsafe(9)


def spend(request: HttpRequest, led_to: str) -> None:
    """This very form has done its work, which is to be seen at `led_to`."""
    if token := request.POST.get(FIELD, ""):
        spent = {**request.session.get(_SPENT, {}), token[:32]: led_to}
        request.session[_SPENT] = dict(list(spent.items())[-_KEPT:])


def sent_before(request: HttpRequest) -> HttpResponseRedirect | None:
    """Where the form led the first time, if this is not the first time."""
    led_to = request.session.get(_SPENT, {}).get(request.POST.get(FIELD, "")[:32])
    if led_to is None:
        return None
    messages.info(request, _("This form was sent before. It did its work once, and not again."))
    return HttpResponseRedirect(led_to)
