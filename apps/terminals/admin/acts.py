"""What staff do to a register, its credentials and its tokens. Each calls one service."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.admin import (
    Act,
    ActingAdmin,
    actor_of,
)
from apps.terminals import services
from apps.terminals.models import AccessToken, Credential, Terminal
from apps.terminals.states import (
    TERMINAL_TRANSITIONS,
    USABLE,
    TerminalStatus,
)


def _issue(request: HttpRequest, terminal: Terminal) -> HttpResponse:
    """The one page that ever shows the secret."""
    secret = services.issue_secret(terminal, actor=actor_of(request), now=timezone.now())
    owner = admin.site._registry[Terminal]
    assert isinstance(owner, ActingAdmin)
    page = owner.act_page(request, terminal, ISSUE, "admin/terminals/secret.html", secret=secret)
    page["Cache-Control"] = "no-store"
    return page


def _set(to: TerminalStatus) -> Any:
    def run(request: HttpRequest, terminal: Terminal) -> Any:
        services.set_status(terminal, to, actor=actor_of(request), now=timezone.now())
        return _("Register %(register)s: %(status)s.") % {"register": terminal, "status": to.label}

    return run


def _may_become(to: TerminalStatus, *, after: tuple[str, ...] = ()) -> Any:
    return lambda terminal: (
        to in TERMINAL_TRANSITIONS[terminal.status] and (not after or terminal.status in after)
    )


ISSUE = Act(
    "issue-secret",
    _("Issue a secret"),
    lambda terminal: (
        _(
            "For hardware that cannot sign; all others enrol with a code. Register %(register)s gets "
            "a new secret, which is shown once, on the next page. What it uses now stays good until "
            "the secret has been used, and 24 hours beyond. One that was never used is replaced. The "
            "first secret activates the register."
        )
        % {"register": terminal}
    ),
    _issue,
    fits=lambda terminal: terminal.status in (TerminalStatus.PENDING, TerminalStatus.ACTIVE),
)


ACTIVATE = Act(
    "activate",
    _("Activate again"),
    lambda terminal: (
        _("Register %(register)s may work again at once, with the key it has.")
        % {"register": terminal}
    ),
    _set(TerminalStatus.ACTIVE),
    fits=_may_become(TerminalStatus.ACTIVE, after=(TerminalStatus.SUSPENDED,)),
)


SUSPEND = Act(
    "suspend",
    _("Suspend"),
    lambda terminal: (
        _(
            "Register %(register)s is refused from its next request on, until you activate it again. "
            "It keeps its key."
        )
        % {"register": terminal}
    ),
    _set(TerminalStatus.SUSPENDED),
    fits=_may_become(TerminalStatus.SUSPENDED),
    danger=True,
)


def _revoke_all(request: HttpRequest, terminal: Terminal) -> Any:
    services.revoke_terminal(terminal, actor=actor_of(request), now=timezone.now())
    return _("Register %(register)s: every key, secret, token and code is revoked.") % {
        "register": terminal
    }


REVOKE_ALL = Act(
    "revoke",
    _("Revoke"),
    lambda terminal: (
        _(
            "Every key, secret, token and code of register %(register)s is refused from its next "
            "request on. This cannot be taken back: the register works again once it is enrolled "
            "with a new code. If you only want it to stop for a while, suspend it."
        )
        % {"register": terminal}
    ),
    _revoke_all,
    fits=lambda terminal: (
        terminal.status != TerminalStatus.PENDING and _may_become(TerminalStatus.PENDING)(terminal)
    ),
    danger=True,
)


RETIRE = Act(
    "retire",
    _("Retire"),
    lambda terminal: (
        _(
            "Register %(register)s is refused from its next request on, for good: this cannot be taken "
            "back. Its sales and returns stay as they are."
        )
        % {"register": terminal}
    ),
    _set(TerminalStatus.RETIRED),
    fits=_may_become(TerminalStatus.RETIRED),
    danger=True,
)


def _revoke(request: HttpRequest, credential: Credential) -> Any:
    services.revoke_credential(credential, actor=actor_of(request), now=timezone.now())
    return _("The credential is revoked, and every token that came from it.")


REVOKE = Act(
    "revoke",
    _("Revoke"),
    lambda credential: (
        _(
            "The key or secret that begins with %(hint)s, and every token that came from it, are "
            "refused from the next request of register %(register)s on. This cannot be taken back; if "
            "the register has no other one, it needs a new enrolment code to go on."
        )
        % {"hint": credential.hint, "register": credential.terminal}
    ),
    _revoke,
    fits=lambda credential: credential.status in USABLE,
    danger=True,
)


def revoke_token(token: AccessToken) -> Act:
    """The button beside a token on the page of its register."""

    def run(request: HttpRequest, terminal: Terminal) -> Any:
        services.revoke_token(token, actor=actor_of(request), now=timezone.now())
        return _("The token is revoked.")

    return Act(
        "revoke-token",
        _("Revoke the token"),
        lambda terminal: (
            _(
                "This one token of register %(register)s is refused from the next request on. The "
                "register gets another one with its key, by itself: to shut it out, revoke the key."
            )
            % {"register": terminal}
        ),
        run,
        fits=lambda terminal: token.revoked_at is None,
        danger=True,
    )
