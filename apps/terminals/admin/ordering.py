"""Rotating at once: one register, or those chosen in the list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.common.admin import Act, actor_of
from apps.terminals import services
from apps.terminals.admin.columns import names_of, usable
from apps.terminals.models import Rotation, Terminal
from apps.terminals.services.rotation import RotationOrder
from apps.terminals.states import CredentialStatus, TerminalStatus

AT_ONCE = timedelta(days=1)
LONGEST_LABEL = 160


def why_no_key(terminal: Any) -> Any:
    """Why a register is left out of a rotation; nothing, when it can rotate."""
    if terminal.status != TerminalStatus.ACTIVE:
        return _("not active")
    if CredentialStatus.ACTIVE not in usable(terminal, timezone.now()):
        return _("no key in use")
    return ""


def why_not_now(terminal: Any) -> Any:
    """The same for a rotation that begins at once."""
    if why := why_no_key(terminal):
        return why
    if CredentialStatus.RETIRING in usable(terminal, timezone.now()):
        return _("rotated a short while ago, old and new key are still both in use")
    return _("told to rotate already") if terminal.ordered_due_at else ""


def rotate_now(request: HttpRequest, terminals: Sequence[Terminal]) -> str:
    now = timezone.now()
    order = RotationOrder(
        label=label_of(terminals),
        terminal_ids=[terminal.pk for terminal in terminals],
        starts_at=now,
        rotate_by=now + AT_ONCE,
    )
    rotation = services.order_rotation(order, actor=actor_of(request), now=now)
    return told(rotation, len(terminals))


def told(rotation: Rotation, asked: int) -> str:
    """What came of an order, and how many of those asked for are no part of it."""
    n = rotation.targets.count()
    text = ngettext(
        "%(n)s register is to rotate. It is told with its next token or heartbeat.",
        "%(n)s registers are to rotate. They are told with their next token or heartbeat.",
        n,
    ) % {"n": n}
    if left := asked - n:
        without = ngettext(
            "%(n)s was left out, since it has no key in use.",
            "%(n)s were left out, since they have no key in use.",
            left,
        )
        text = f"{text} {without % {'n': left}}"
    return text


def label_of(terminals: Sequence[Terminal]) -> str:
    """Their names, as far as there is room."""
    names = names_of(terminals)
    if len(names) <= LONGEST_LABEL:
        return names
    shown = terminals[: LONGEST_LABEL // 2 // (len(str(terminals[0])) + 2)]
    more = len(terminals) - len(shown)
    return f"{names_of(shown)} … +{more}"[:LONGEST_LABEL]


ROTATE = Act(
    "rotate",
    _("Rotate now"),
    lambda terminal: (
        _(
            "Register %(register)s is told to make a new key, with its next token or heartbeat, and "
            "does so by itself, within a day. Its old key goes on working until the new one was "
            "used, and through the overlap: no request is refused meanwhile."
        )
        % {"register": terminal}
    ),
    lambda request, terminal: rotate_now(request, [terminal]),
    fits=lambda terminal: not why_not_now(terminal),
)
