"""The pages that show enrolment codes, once: what people read out, and a picture to scan."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import segno
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.common.admin import Act, ActingAdmin, BulkAct, actor_of
from apps.common.caller import Actor
from apps.terminals import services
from apps.terminals.models import EnrolmentCode, Terminal
from apps.terminals.policy.codes import grouped
from apps.terminals.services.enrolment import CODE_LIFE
from apps.terminals.states import TerminalStatus

MOST_CODES = 50


@dataclass(frozen=True, slots=True)
class CodeCard:
    """A code as it is shown: for which register, in groups of four, as a picture, until when."""

    terminal: Terminal
    code: str
    picture: SafeString
    until: datetime


def make_card(terminal: Terminal, *, actor: Actor, now: datetime) -> CodeCard:
    """A new code for the register; one that was open is replaced."""
    code = services.issue_code(terminal, actor=actor, now=now)
    return CodeCard(terminal, grouped(code), _picture(code), now + CODE_LIFE)


def _picture(code: str) -> SafeString:
    """A QR code that says where to enrol, and with what; SVG without any style of its own."""
    content = json.dumps({"v": 1, "url": settings.PUBLIC_URL, "code": code}, separators=(",", ":"))
    made = segno.make(content, error="m", micro=False)
    return mark_safe(  # made of numbers and our own words only
        made.svg_inline(border=4, light="#fff", svgclass="qr", lineclass=None, omitsize=True)
    )


def may_enrol(terminal: Terminal) -> bool:
    return terminal.status in (TerminalStatus.PENDING, TerminalStatus.ACTIVE)


def show_code(request: HttpRequest, terminal: Terminal) -> HttpResponse:
    """The one page that ever shows this code."""
    card = make_card(terminal, actor=actor_of(request), now=timezone.now())
    owner = admin.site._registry[Terminal]
    assert isinstance(owner, ActingAdmin)
    state = reverse("admin:terminals_terminal_enrolment", args=[terminal.pk])
    more = {"card": card, "state_url": state, "base_url": settings.PUBLIC_URL}
    page = owner.act_page(request, terminal, CODE, "admin/terminals/code.html", **more)
    page["Cache-Control"] = "no-store"
    return page


CODE = Act(
    "enrolment-code",
    _("Enrolment code"),
    lambda terminal: (
        _(
            "Register %(register)s gets a code that is good once, for 15 minutes, and is shown on the "
            "next page. One that is still open is replaced. A key the register has goes on working "
            "until the new one was used, and 24 hours beyond."
        )
        % {"register": terminal}
    ),
    show_code,
    fits=may_enrol,
)


def _show_codes(request: HttpRequest, terminals: Sequence[Terminal]) -> HttpResponse:
    now, actor = timezone.now(), actor_of(request)
    cards = [make_card(terminal, actor=actor, now=now) for terminal in terminals]
    context = {
        **admin.site.each_context(request),
        "title": ngettext("%(n)s enrolment code", "%(n)s enrolment codes", len(cards))
        % {"n": len(cards)},
        "opts": Terminal._meta,
        "cards": cards,
        "base_url": settings.PUBLIC_URL,
    }
    page = TemplateResponse(request, "admin/terminals/codes.html", context)
    page["Cache-Control"] = "no-store"
    return page


CODES = BulkAct(
    "enrolment-codes",
    _("Enrolment codes"),
    lambda n: (
        ngettext(
            "A code is made for %(n)s register and shown on the next page, ready to be printed. It is "
            "good once, for 15 minutes from now on; one that is still open is replaced.",
            "Codes are made for %(n)s registers and shown on the next page, ready to be printed. Each "
            "is good once, for 15 minutes from now on; those still open are replaced.",
            n,
        )
        % {"n": n}
    ),
    _show_codes,
    why_not=lambda terminal: "" if may_enrol(terminal) else _("suspended or retired"),
    most=MOST_CODES,
)


def last_code(terminal: Terminal, now: datetime) -> dict[str, Any]:
    """How its newest code stands: `open`, `used`, `over` or, without any, nothing."""
    code = EnrolmentCode.objects.filter(terminal=terminal).order_by("-created_at").first()
    if code is None:
        return {}
    still_open = code.used_at is None and code.cancelled_at is None and code.expires_at > now
    state = "used" if code.used_at else "open" if still_open else "over"
    return {"code": code, "state": state}
