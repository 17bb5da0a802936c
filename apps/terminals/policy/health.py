"""How a register is: what an administrator should know of it, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.terminals.states import NoticeKind, TerminalStatus

SILENT_AFTER = timedelta(days=1)
SKEW_SHOWN_MS = 1_000
SKEW_TOLERATED_MS = 30_000

Tone = Literal["good", "wait", "bad", "calm"]
_WORST_FIRST = ("bad", "wait", "calm", "good")
_NOTICES: dict[str, Tone] = {
    NoticeKind.ENROLMENT_CONFLICT: "bad",
    NoticeKind.ROTATION_OVERDUE: "bad",
    NoticeKind.PENDING_UNUSED: "wait",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a register. None: it never said so, or there is none."""

    status: str
    has_credential: bool  # at least one that would get a token
    last_seen_at: datetime | None
    clock_skew_ms: int | None
    queue_depth: int | None
    key_due_at: datetime | None
    notices: Sequence[str]  # kinds of those that are open
    speaks_itself: bool = True  # not through a web shop, which vouches for it


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a register: how bad it is, and a sentence."""

    tone: Tone
    says: str


def look_at(facts: Facts, *, now: datetime) -> list[Finding]:
    """Everything there is to say, the worst first; never empty."""
    if facts.status != TerminalStatus.ACTIVE:
        return [_by_status(facts)]
    found = [*_about_key(facts, now), *_about_line(facts, now)]
    found.sort(key=lambda finding: _WORST_FIRST.index(finding.tone))
    return found or [Finding("good", _("Well"))]


def health(facts: Facts, *, now: datetime) -> Finding:
    """The worst of it."""
    return look_at(facts, now=now)[0]


def _by_status(facts: Facts) -> Finding:
    if facts.status == TerminalStatus.PENDING:
        if facts.speaks_itself:
            return Finding("wait", _("Give it an enrolment code"))
        return Finding("calm", _("Of a web shop: needs no key"))
    if facts.status == TerminalStatus.SUSPENDED:
        return Finding("wait", _("Refused until you activate it again"))
    return Finding("calm", _("Out of use"))


def _about_key(facts: Facts, now: datetime) -> Iterator[Finding]:
    if not facts.has_credential:
        yield Finding("bad", _("No key or secret of it works: give it an enrolment code"))
    for kind in facts.notices:
        if kind in _NOTICES:
            yield Finding(_NOTICES[kind], str(NoticeKind(kind).label))
    said = NoticeKind.ROTATION_OVERDUE in facts.notices
    if facts.key_due_at and facts.key_due_at <= now and facts.has_credential and not said:
        yield Finding("bad", str(NoticeKind.ROTATION_OVERDUE.label))


def _about_line(facts: Facts, now: datetime) -> Iterator[Finding]:
    if facts.last_seen_at is None:
        yield Finding("wait", _("Never heard of"))
    elif (silent := now - facts.last_seen_at) >= SILENT_AFTER:
        text = ngettext("Not heard of for a day", "Not heard of for %(n)s days", silent.days)
        yield Finding("wait", text % {"n": silent.days})
    skew = facts.clock_skew_ms or 0
    if abs(skew) > SKEW_TOLERATED_MS:
        text = _("Its clock is %(n)s s ahead") if skew > 0 else _("Its clock is %(n)s s behind")
        yield Finding("wait", text % {"n": abs(skew) // 1000})
    if waiting := facts.queue_depth or 0:
        text = ngettext(
            "%(n)s thing waits in it to be sent", "%(n)s things wait in it to be sent", waiting
        )
        yield Finding("wait", text % {"n": waiting})
