"""How long somebody stays logged in: not after 15 minutes without doing anything, nor 12 hours.

Pages that fetch their figures by themselves send `X-Background`: that is nobody doing anything.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.services import Knock, note_left
from apps.common.addresses import address_of

STARTED, SEEN = "started", "seen"


def begin_session(request: HttpRequest) -> None:
    """A log-in begins to count."""
    request.session[STARTED] = request.session[SEEN] = int(timezone.now().timestamp())


def knock_of(request: HttpRequest) -> Knock:
    request_id = str(getattr(request, "request_id", ""))
    return Knock(address_of(request), request_id, timezone.now())


class SessionLimitsMiddleware:
    """Ends sessions, and writes into them when they were last used, every half minute at most."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            self._look(request)
        return self.get_response(request)

    def _look(self, request: HttpRequest) -> None:
        now = int(timezone.now().timestamp())
        started, seen = request.session.get(STARTED, 0), request.session.get(SEEN, 0)
        if now - started >= settings.SESSION_COOKIE_AGE:
            _end(request, "too_long", _("You were logged in for a long time. Log in again."))
        elif now - seen >= settings.SESSION_IDLE_S:
            said = _("You were logged out, since nothing was done for %(n)s minutes.")
            _end(request, "idle", said % {"n": settings.SESSION_IDLE_S // 60})
        elif now - seen >= settings.SESSION_SEEN_EVERY_S and "X-Background" not in request.headers:
            request.session[SEEN] = now


def _end(request: HttpRequest, why: str, says: str) -> None:
    person = request.user
    if isinstance(person, User):
        note_left(person, knock_of(request), why=why)
    logout(request)
    if "X-Background" not in request.headers:
        messages.info(request, says)
