"""What staff do to many registers at once."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.common.admin import Act, BulkAct, actor_of, one_by_one
from apps.terminals import services
from apps.terminals.admin.acts import ACTIVATE, RETIRE, REVOKE_ALL, SUSPEND
from apps.terminals.admin.columns import names_of
from apps.terminals.admin.enrolment import CODES
from apps.terminals.admin.order_form import MOST_NAMED
from apps.terminals.admin.ordering import rotate_now, why_no_key, why_not_now
from apps.terminals.models import Terminal
from apps.terminals.states import TerminalStatus

ORDERED_FOR = "registers_to_rotate"
"""In the session: whom the form that orders a rotation is to begin with."""


def _set(to: TerminalStatus) -> Any:
    def run(request: HttpRequest, terminal: Terminal) -> None:
        services.set_status(terminal, to, actor=actor_of(request), now=timezone.now())

    return run


def _revoke(request: HttpRequest, terminal: Terminal) -> None:
    services.revoke_terminal(terminal, actor=actor_of(request), now=timezone.now())


def _unless(act: Act, why: Any) -> Any:
    """Left out where the same button of a single register does not fit."""
    return lambda terminal: "" if act.fits(terminal) else why


def _plan(request: HttpRequest, terminals: list[Terminal]) -> HttpResponseRedirect:
    request.session[ORDERED_FOR] = names_of(terminals)
    return HttpResponseRedirect(reverse("admin:terminals_rotation_add"))


ROTATE = BulkAct(
    "rotate",
    _("Rotate now"),
    lambda n: (
        ngettext(
            "%(n)s register is told to make a new key, with its next token or heartbeat, and does so by "
            "itself, within a day. Its old key goes on working meanwhile: no request is refused.",
            "%(n)s registers are told to make a new key, with their next token or heartbeat, and do so "
            "by themselves, within a day. Their old keys go on working meanwhile: no request is refused.",
            n,
        )
        % {"n": n}
    ),
    rotate_now,
    why_not=why_not_now,
    most=5000,
)

PLAN = BulkAct(
    "rotate-later",
    _("Rotate at a time"),
    lambda n: "",
    _plan,
    why_not=why_no_key,
    most=MOST_NAMED,
    asks=False,
)

SUSPEND_ALL = BulkAct(
    SUSPEND.name,
    SUSPEND.label,
    lambda n: (
        ngettext(
            "%(n)s register is refused from its next request on, until you activate it again. It keeps "
            "its key.",
            "%(n)s registers are refused from their next request on, until you activate them again. They "
            "keep their keys.",
            n,
        )
        % {"n": n}
    ),
    one_by_one(
        _set(TerminalStatus.SUSPENDED),
        lambda n: ngettext("%(n)s is suspended.", "%(n)s are suspended.", n) % {"n": n},
    ),
    why_not=_unless(SUSPEND, _("not active")),
    danger=True,
)

ACTIVATE_ALL = BulkAct(
    ACTIVATE.name,
    ACTIVATE.label,
    lambda n: (
        ngettext(
            "%(n)s suspended register may work again at once, with the key it has.",
            "%(n)s suspended registers may work again at once, with the keys they have.",
            n,
        )
        % {"n": n}
    ),
    one_by_one(
        _set(TerminalStatus.ACTIVE),
        lambda n: ngettext("%(n)s is active again.", "%(n)s are active again.", n) % {"n": n},
    ),
    why_not=_unless(ACTIVATE, _("not suspended")),
)

REVOKE_EACH = BulkAct(
    REVOKE_ALL.name,
    REVOKE_ALL.label,
    lambda n: (
        ngettext(
            "Every key, secret, token and code of %(n)s register is refused from its next request on. "
            "This cannot be taken back: it works again once it is enrolled with a new code.",
            "Every key, secret, token and code of %(n)s registers is refused from their next request on. "
            "This cannot be taken back: each works again once it is enrolled with a new code.",
            n,
        )
        % {"n": n}
    ),
    one_by_one(
        _revoke,
        lambda n: (
            ngettext(
                "%(n)s is revoked and waits for enrolment.",
                "%(n)s are revoked and wait for enrolment.",
                n,
            )
            % {"n": n}
        ),
    ),
    why_not=_unless(REVOKE_ALL, _("nothing to revoke")),
    danger=True,
)

RETIRE_ALL = BulkAct(
    RETIRE.name,
    RETIRE.label,
    lambda n: (
        ngettext(
            "%(n)s register is refused from its next request on, for good: this cannot be taken back. "
            "Its sales and returns stay as they are.",
            "%(n)s registers are refused from their next request on, for good: this cannot be taken "
            "back. Their sales and returns stay as they are.",
            n,
        )
        % {"n": n}
    ),
    one_by_one(
        _set(TerminalStatus.RETIRED),
        lambda n: ngettext("%(n)s is retired.", "%(n)s are retired.", n) % {"n": n},
    ),
    why_not=_unless(RETIRE, _("retired already")),
    danger=True,
)

BULK_ACTS = (ROTATE, PLAN, CODES, ACTIVATE_ALL, SUSPEND_ALL, REVOKE_EACH, RETIRE_ALL)
