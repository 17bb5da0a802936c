"""What an administrator can do for somebody: reset the second factor, log out, open the door."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts import services
from apps.accounts.models import LoginTries, TriesBy, User
from apps.common.admin import Act, actor_of


def _reset(request: HttpRequest, person: User) -> Any:
    services.reset_factor(person, actor=actor_of(request), now=timezone.now())
    return _("The second factor is reset. It is set up anew with the next log-in.")


RESET = Act(
    "reset-second-factor",
    _("Reset the second factor"),
    lambda person: (
        _(
            "%(person)s is logged out everywhere and sets up an authenticator app anew with the next "
            "log-in; the recovery codes are void. Make sure that it is %(person)s who asks for it: "
            "whoever has the password then has all that is needed."
        )
        % {"person": person}
    ),
    _reset,
    fits=lambda person: hasattr(person, "second_factor"),
    danger=True,
)


def _log_out(request: HttpRequest, person: User) -> Any:
    services.end_sessions(person, actor=actor_of(request), now=timezone.now())
    return _("%(person)s is logged out everywhere.") % {"person": person}


LOG_OUT = Act(
    "log-out",
    _("Log out everywhere"),
    lambda person: (
        _(
            "%(person)s is logged out wherever they are logged in, with the next click. They can log in "
            "again; deactivate the account where they should not."
        )
        % {"person": person}
    ),
    _log_out,
)


def _tries_of(person: User) -> LoginTries | None:
    found = LoginTries.objects.filter(by=TriesBy.ACCOUNT, key=str(person.pk))
    return found.filter(locked_until__gt=timezone.now()).first()


def _open(request: HttpRequest, person: User) -> Any:
    tries = _tries_of(person)
    if tries is not None:
        services.open_again(tries, actor=actor_of(request), now=timezone.now())
    return _("%(person)s can log in again.") % {"person": person}


UNLOCK = Act(
    "unlock",
    _("Unlock"),
    lambda person: (
        _(
            "The account is closed after too many failed log-ins. Opened now, %(person)s can try again "
            "at once. Ask first whether it was they who tried."
        )
        % {"person": person}
    ),
    _open,
    fits=lambda person: _tries_of(person) is not None,
)


def _open_door(request: HttpRequest, tries: LoginTries) -> Any:
    services.open_again(tries, actor=actor_of(request), now=timezone.now())
    return _("The attempts are forgotten; the next one counts as the first.")


OPEN = Act(
    "open",
    _("Forget these attempts"),
    lambda tries: _(
        "The door opens at once, before its time is over. From here on attempts are counted anew."
    ),
    _open_door,
)
