"""Alerts by e-mail: each once, to all of ALERT_EMAILS, with a link to the page that mends it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from apps.insights import store
from apps.insights.models import Alert
from apps.insights.wording import sentence

logger = logging.getLogger(__name__)

MOST = 50
"""Alerts in one message; what is beyond goes in the next."""
GIVEN_UP_AFTER = timedelta(days=1)


def mail_alerts(*, clock: Callable[[], datetime]) -> int:
    """Send what was not yet told, in one message; how many alerts it carried.

    Sent with no transaction open. A mail server that fails is asked again at the next run. A worker
    that dies between sending and noting it down leaves them to be sent again, as the same message.
    """
    if not settings.ALERT_EMAILS or not store.lock_mailing():
        return 0
    try:
        return _mail(clock)
    finally:
        store.unlock_mailing()


def _mail(clock: Callable[[], datetime]) -> int:
    # durable: raises when a transaction is open around a call to the outside, as it must never be.
    with transaction.atomic(durable=True):
        alerts = list(_waiting(clock()))
    if not alerts:
        return 0
    with translation.override(settings.LANGUAGE_CODE):
        message = message_about(alerts)
    try:
        message.send()
    except (OSError, SMTPException) as error:
        logger.warning("an alert could not be mailed, it is tried again: %s", type(error).__name__)
        return 0
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(told_at=clock())
    return len(alerts)


def _waiting(now: datetime) -> QuerySet[Alert]:
    """Open and untold; one that nobody could be told of for a day is no news any more."""
    untold = Alert.objects.filter(closed_at=None, told_at=None)
    return untold.filter(opened_at__gt=now - GIVEN_UP_AFTER).order_by("pk")[:MOST]


def message_about(alerts: Sequence[Alert]) -> EmailMessage:
    """A sentence and a link each. The same alerts make the same Message-ID."""
    sentences = [sentence(alert) for alert in alerts]
    title = sentences[0] if len(alerts) == 1 else _("%(n)s alerts") % {"n": len(alerts)}
    parts = [
        f"{said}\n{settings.PUBLIC_URL}{alert.link}"
        for said, alert in zip(sentences, alerts, strict=True)
    ]
    mail_id = f"<alerts-{alerts[0].pk}-{alerts[-1].pk}-{len(alerts)}@returns>"
    return EmailMessage(
        subject=_one_line(_("Returns: %(title)s") % {"title": title}),
        body="\n\n".join(parts) + "\n",
        to=settings.ALERT_EMAILS,
        headers={"Message-ID": mail_id, "Auto-Submitted": "auto-generated"},
    )


def _one_line(text: str) -> str:
    """Names are typed by people: no line break reaches a header, and it does not run on."""
    line = " ".join(text.split())
    return line if len(line) <= 120 else f"{line[:119]}…"
