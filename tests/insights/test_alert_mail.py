"""Alerts by e-mail, through a real mail server: each once, with a link, and never to nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from apps.insights.models import Alert
from apps.insights.services.mailing import mail_alerts
from tests.insights.mail_server import MailServer

NOW = timezone.now()


@pytest.fixture
def mails(db: None, settings: Any) -> Iterator[MailServer]:
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.ALERT_EMAILS = ["it@shop.example", "night@shop.example"]
        settings.DEFAULT_FROM_EMAIL = "returns@shop.example"
        settings.PUBLIC_URL = "https://returns.shop.example"
        yield server


def alert(name: str = "ERP", **changes: Any) -> Alert:
    made = {
        "kind": "breaker-open", "subject": name, "facts": {"name": name},
        "link": f"/admin/integrations/destination/{name}/change/", "opened_at": NOW, **changes,
    }  # fmt: skip
    return Alert.objects.create(**made)


def mail() -> int:
    return mail_alerts(clock=lambda: NOW)


def test_one_alert_is_one_message_with_its_link(mails: MailServer) -> None:
    alert()

    assert [mail(), mail()] == [1, 0]

    [message] = mails.messages
    assert message["Subject"] == (
        "Returns: ERP fails and is left alone for a while. What happens is kept for it."
    )
    assert message["From"] == "returns@shop.example"
    assert mails.recipients == ["it@shop.example", "night@shop.example"]
    assert message.get_content().splitlines() == [
        "ERP fails and is left alone for a while. What happens is kept for it.",
        "https://returns.shop.example/admin/integrations/destination/ERP/change/",
    ]
    assert Alert.objects.get().told_at == NOW


def test_what_is_new_at_once_goes_in_one_message(mails: MailServer) -> None:
    for name in ("ERP", "Shop", "Loyalty"):
        alert(name)

    assert mail() == 3

    [message] = mails.messages
    assert message["Subject"] == "Returns: 3 alerts"
    assert message.get_content().count("https://returns.shop.example/") == 3


def test_a_server_that_is_away_or_refuses_is_asked_again(mails: MailServer, settings: Any) -> None:
    alert()
    settings.EMAIL_PORT = 1
    assert mail() == 0
    settings.EMAIL_PORT, mails.refuses = mails.port, True
    assert mail() == 0
    assert (mails.messages, Alert.objects.get().told_at) == ([], None)

    mails.refuses = False

    assert mail() == 1
    assert len(mails.messages) == 1


def test_what_is_over_or_told_or_old_is_not_mailed(mails: MailServer) -> None:
    alert("over", closed_at=NOW)
    alert("told", told_at=NOW)
    alert("old", opened_at=NOW - timedelta(days=2))

    assert mail() == 0
    assert mails.messages == []


def test_nobody_is_named(mails: MailServer, settings: Any) -> None:
    settings.ALERT_EMAILS = []
    alert()

    assert mail() == 0
    assert (mails.messages, Alert.objects.get().told_at) == ([], None)


def test_a_name_cannot_write_headers(mails: MailServer) -> None:
    alert("ERP\r\nBcc: all@shop.example\r\n")

    assert mail() == 1

    [message] = mails.messages
    assert message["Bcc"] is None
    assert mails.recipients == ["it@shop.example", "night@shop.example"]


def test_the_same_alerts_make_the_same_message_id(mails: MailServer) -> None:
    """A worker that died before noting it down sends it again: programs see that it is the same."""
    alert()
    mail()
    Alert.objects.update(told_at=None)
    mail()

    first, again = mails.messages
    assert first["Message-ID"] == again["Message-ID"]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_with_a_transaction_open(mails: MailServer) -> None:
    alert()

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        mail()

    assert mails.messages == []
