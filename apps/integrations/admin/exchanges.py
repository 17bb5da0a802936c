"""Requests and answers, as people read them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.common import display
from apps.common.admin.columns import column
from apps.integrations.models import Attempt, Call, Delivery
from apps.integrations.states import SendProblem

MOST_SHOWN = 30
_TONES = {"ok": display.GOOD, "retry": display.WAIT, "permanent": display.BAD, "gone": display.BAD}


def pretty(text: str) -> str:
    """JSON with line breaks; anything else as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def request_text(head: Mapping[str, Any], body: str) -> str:
    lines = [f"{name}: {value}" for name, value in sorted(head.items())]
    return "\n".join([*lines, "", pretty(body)])


@column("attempts", gettext_lazy("attempts"))
def attempts(delivery: Delivery) -> str:
    """The newest first, unfolded; the others behind a line to open them."""
    found = Attempt.objects.filter(delivery=delivery).select_related("call").order_by("-number")
    shown = [_attempt(one, first=place == 0) for place, one in enumerate(found[:MOST_SHOWN])]
    return format_html_join("", "{}", ((one,) for one in shown)) or display.muted(
        _("Nothing was sent yet.")
    )


def _attempt(attempt: Attempt, *, first: bool) -> SafeString:
    call = attempt.call
    return format_html(
        '<details class="exchange"{}><summary>{} {} {} {}</summary>{}</details>',
        SafeString(" open") if first else "",
        _("%(n)s.") % {"n": attempt.number},
        display.badge(answered(call), _TONES.get(attempt.outcome, display.CALM)),
        display.exact(call.at),
        _("%(n)s ms") % {"n": call.milliseconds},
        exchange(call),
    )


def answered(call: Call) -> str:
    if call.status:
        return str(call.status)
    try:
        return str(SendProblem(call.problem).label)
    except ValueError:  # nothing was sent: a mistake of ours, or of the mapping
        return call.problem or _("no answer")


def exchange(call: Call) -> SafeString:
    """What was sent beside what was answered."""
    return format_html(
        '<div class="beside"><div><h3>{}</h3><pre>{}</pre></div><div><h3>{}</h3><pre>{}</pre></div></div>',
        _("Sent"), request_text(call.request_head, call.request_body),
        _("Answered"), pretty(call.answer) or answered(call),
    )  # fmt: skip
