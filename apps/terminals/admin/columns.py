"""Columns that several pages of the fleet show."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common import display
from apps.common.admin.columns import column, state
from apps.terminals.models import Terminal
from apps.terminals.states import (
    CredentialStatus,
    TerminalStatus,
)

ZONE = "store__timezone"


STATUS = state(
    "status",
    _("status"),
    {
        TerminalStatus.ACTIVE: display.GOOD,
        TerminalStatus.PENDING: display.WAIT,
        TerminalStatus.SUSPENDED: display.BAD,
    },
)


KEY = state(
    "status",
    _("status"),
    {
        CredentialStatus.ACTIVE: display.GOOD,
        CredentialStatus.PENDING: display.WAIT,
        CredentialStatus.RETIRING: display.WAIT,
    },
)


@column("credential", _("credential"))
def credential(terminal: Terminal) -> str:
    usable = {c.status for c in terminal.credential_set.all()}
    if CredentialStatus.ACTIVE in usable:
        return display.badge(_("in use"), display.GOOD)
    if CredentialStatus.PENDING in usable:
        return display.badge(_("not used yet"), display.WAIT)
    return display.badge(_("none"), display.BAD if terminal.status == "active" else display.CALM)


@column("when_seen", _("last seen"))
def last_seen(terminal: Terminal) -> str:
    seen = getattr(terminal, "seen", None)
    return (
        display.moment(seen.last_seen_at, terminal.store.timezone)
        if seen
        else display.badge(_("never"), display.WAIT)
    )


@column("seen_from", _("seen from"))
def seen_from(terminal: Terminal) -> str:
    seen = getattr(terminal, "seen", None)
    return (
        display.listed(part for part in (seen.ip, seen.software_version) if part)
        if seen
        else display.NOTHING
    )
