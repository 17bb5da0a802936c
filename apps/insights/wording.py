"""What an alert says, as a sentence in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from apps.insights.models import Alert
from apps.insights.states import AlertKind
from apps.integrations.policy.durations import write_span
from apps.terminals.states import NoticeKind


def sentence(alert: Alert) -> str:
    """One sentence, or two."""
    if alert.kind == AlertKind.REGISTER:
        return _about_register(alert.facts)
    facts: Mapping[str, Any] = alert.facts
    if "max_age_s" in facts:
        facts = {**facts, "max_age": write_span(facts["max_age_s"])}
    return _SENTENCES[AlertKind(alert.kind)]() % facts


def _about_register(facts: Mapping[str, Any]) -> str:
    what = NoticeKind(facts["notice"]).label
    said = _("Register %(register)s: %(what)s.") % {"register": facts["register"], "what": what}
    return f"{said} {facts['detail']}".strip()


_SENTENCES = {
    AlertKind.DEAD: lambda: _(
        "Events for %(name)s could not be delivered and wait in the error queue: %(cause)s."
    ),
    AlertKind.STALE: lambda: _(
        "Events for %(name)s have been waiting for longer than %(max_age)s."
    ),
    AlertKind.BREAKER: lambda: _(
        "%(name)s fails and is left alone for a while. What happens is kept for it."
    ),
    AlertKind.FAILING: lambda: _(
        "%(name)s has done nothing but fail for a day. After five days it is disabled."
    ),
    AlertKind.PAUSED: lambda: _("%(name)s was paused: %(reason)s"),
    AlertKind.DISABLED: lambda: _("%(name)s is disabled and hears nothing: %(reason)s"),
    AlertKind.SOURCE_LATE: lambda: _("%(name)s was not read completely for more than %(max_age)s."),
    AlertKind.MONTHS: lambda: _(
        "The table of %(name)s has no month for what is written now or next. Beat and a worker make "
        "them; “manage.py partitions --make” does it at once."
    ),
    AlertKind.REFUSED: lambda: _(
        "What %(name)s sent could not be applied and waits in the error queue: %(cause)s."
    ),
}
