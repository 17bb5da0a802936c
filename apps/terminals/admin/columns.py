"""Columns that several pages of the fleet show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import npgettext, pgettext

from apps.common import display
from apps.common.admin.columns import column, state
from apps.terminals.models import Credential, Notice, Terminal
from apps.terminals.policy.health import (
    SKEW_SHOWN_MS,
    SKEW_TOLERATED_MS,
    Facts,
    Finding,
    look_at,
)
from apps.terminals.states import (
    REMINDERS,
    CredentialKind,
    CredentialStatus,
    NoticeKind,
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


def usable(terminal: Terminal, now: datetime) -> dict[str, Credential]:
    """By status, the credentials that would get a token now."""
    return {
        one.status: one
        for one in terminal.credential_set.all()
        if one.status != CredentialStatus.REVOKED and (not one.not_after or one.not_after > now)
    }


def facts_of(terminal: Any, now: datetime) -> Facts:
    """What the health of a register is judged by, out of what its list or page loaded."""
    seen = getattr(terminal, "seen", None)
    return Facts(
        status=terminal.status,
        has_credential=bool(usable(terminal, now)),
        last_seen_at=seen.last_seen_at if seen else None,
        clock_skew_ms=seen.clock_skew_ms if seen else None,
        queue_depth=seen.queue_depth if seen else None,
        key_due_at=getattr(terminal, "due_at", None),
        notices=getattr(terminal, "notice_kinds", ()),
        speaks_itself=terminal.adapter == "rest",
    )


def said(finding: Finding) -> str:
    return display.badge(finding.says, finding.tone)


@column("register", _("register"))
def register(terminal: Terminal) -> str:
    """Its number, with what people call it."""
    return display.noted(terminal, terminal.label) if terminal.label else str(terminal)


@column("health", _("health"))
def health(terminal: Terminal) -> str:
    """The worst, and how much more there is to say."""
    now = timezone.now()
    first, *more = look_at(facts_of(terminal, now), now=now)
    return display.noted(said(first), f"+{len(more)}") if more else said(first)


@column("health", _("health"))
def whole_health(terminal: Terminal) -> str:
    now = timezone.now()
    return display.listed(
        (said(finding) for finding in look_at(facts_of(terminal, now), now=now)), " "
    )


def _overlap(until: datetime | None, zone: str) -> str:
    """In the shop's time, with as much of the date as is needed."""
    assert until is not None  # a constraint sees to it
    local, left = until.astimezone(ZoneInfo(zone)), until - timezone.now()
    near = "H:i" if left < timedelta(hours=20) else "D, H:i"
    pattern = near if left < timedelta(days=6) else "j M"
    return _("overlap until %(time)s") % {"time": date_format(local, pattern)}


@column("credential", _("key"))
def credential(terminal: Terminal) -> str:
    found = usable(terminal, timezone.now())
    if CredentialStatus.RETIRING in found:
        return display.badge(_overlap(found["retiring"].not_after, terminal.store.timezone))
    if CredentialStatus.ACTIVE in found:
        waiting = CredentialStatus.PENDING in found
        text, tone = (_("new one waiting"), "wait") if waiting else (_("in use"), "good")
        return display.badge(text, tone)
    if CredentialStatus.PENDING in found:
        return display.badge(_("not used yet"), display.WAIT)
    missing = terminal.status == TerminalStatus.ACTIVE
    return display.badge(_("none"), display.BAD if missing else display.CALM)


@column("key_age", _("key age"))
def key_age(terminal: Any) -> str:
    """Days since its first use; with a policy, out of how many."""
    since = getattr(terminal, "key_since", None)
    if since is None:
        return display.NOTHING
    now = timezone.now()
    days = (now - since).days
    lasted = npgettext("age", "%(n)s day", "%(n)s days", days) % {"n": days}
    text = lasted if days else str(_("today"))
    if terminal.due_at and terminal.due_at <= now:
        text = display.badge(text, display.BAD)
    found = usable(terminal, now)
    kind = getattr(found.get("active"), "kind", CredentialKind.KEY)
    return display.noted(text, _("secret")) if kind == CredentialKind.SECRET else text


@column("when_seen", _("last seen"))
def last_seen(terminal: Terminal) -> str:
    """How long ago, since that is the question; the exact time on hover."""
    seen = getattr(terminal, "seen", None)
    if seen:
        return display.since(seen.last_seen_at, terminal.store.timezone)
    return display.badge(_("never"), display.WAIT if terminal.status == "active" else display.CALM)


@column("version", _("version"))
def version(terminal: Terminal) -> str:
    seen = getattr(terminal, "seen", None)
    return (seen and seen.software_version) or display.NOTHING


@column("address", _("address"))
def address(terminal: Terminal) -> str:
    seen = getattr(terminal, "seen", None)
    return (seen and seen.ip) or display.NOTHING


@column("qty_clock", _("clock"))
def clock(terminal: Terminal) -> str:
    """How far it is ahead of ours; a second is the network's."""
    skew = getattr(getattr(terminal, "seen", None), "clock_skew_ms", None)
    if skew is None:
        return display.NOTHING
    if abs(skew) <= SKEW_SHOWN_MS:
        return pgettext("clock", "right")
    text = f"{skew / 1000:+.1f} s" if abs(skew) < 60_000 else f"{skew // 1000:+d} s"
    return display.badge(text, display.WAIT) if abs(skew) > SKEW_TOLERATED_MS else text


@column("clock", _("clock"))
def exact_clock(terminal: Terminal) -> str:
    skew = getattr(getattr(terminal, "seen", None), "clock_skew_ms", None)
    if skew is None:
        return display.NOTHING
    text = _("%(n)s s ahead of ours") if skew >= 0 else _("%(n)s s behind ours")
    return text % {"n": number_format(abs(skew) / 1000, 1)}


@column("heartbeat", _("last heartbeat"))
def heartbeat(terminal: Terminal) -> str:
    at = getattr(getattr(terminal, "seen", None), "heartbeat_at", None)
    return display.exact(at, terminal.store.timezone)


@column("depth", _("waiting to be sent"))
def depth(terminal: Terminal) -> str:
    waiting = getattr(getattr(terminal, "seen", None), "queue_depth", None)
    return display.NOTHING if waiting is None else display.count(waiting)


@column("qty_waiting", _("waiting"))
def waiting(terminal: Terminal) -> str:
    depth = getattr(getattr(terminal, "seen", None), "queue_depth", None)
    return display.NOTHING if depth is None else display.count(depth)


_TONES = {NoticeKind.ENROLMENT_CONFLICT: display.BAD, NoticeKind.ROTATION_OVERDUE: display.BAD}


@column("state_kind", _("what"))
def notice_kind(notice: Notice) -> str:
    calm = notice.cleared_at is not None or notice.kind in REMINDERS
    tone = display.CALM if calm else _TONES.get(NoticeKind(notice.kind), display.WAIT)
    return display.badge(notice.get_kind_display(), tone)


@column("when_settled", _("settled"))
def settled(notice: Notice) -> str:
    if notice.cleared_at is None:
        return display.NOTHING
    zone = notice.terminal.store.timezone
    return display.noted(display.moment(notice.cleared_at, zone), notice.cleared_by)


def names_of(terminals: Iterable[Terminal]) -> str:
    """`0042/01, 0042/02`, as people write them."""
    return ", ".join(str(terminal) for terminal in terminals)
