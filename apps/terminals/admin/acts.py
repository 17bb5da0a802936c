"""What staff do to registers and their secrets. Each calls one service."""

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
from apps.terminals.models import Credential, Terminal
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
            "Register %(register)s gets a new secret, which is shown once, on the next page. The secret "
            "it uses now stays good until the new one has been used, and 24 hours beyond. One that was "
            "never used is replaced. The first secret activates the register."
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
        _("Register %(register)s may work again at once, with the secret it has.")
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
            "It keeps its secret."
        )
        % {"register": terminal}
    ),
    _set(TerminalStatus.SUSPENDED),
    fits=_may_become(TerminalStatus.SUSPENDED),
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
            "The secret that begins with %(hint)s, and every token that came from it, are refused from "
            "the next request of register %(register)s on. This cannot be taken back; issue a new secret "
            "if the register is to go on."
        )
        % {"hint": credential.hint, "register": credential.terminal}
    ),
    _revoke,
    fits=lambda credential: credential.status in USABLE,
    danger=True,
)
