"""Notices: the open ones are listed, said on the home page, and settled by a person."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from apps.insights.home import read_home
from apps.terminals.models import Notice
from apps.terminals.states import NoticeKind
from tests.admin.helpers import act, actions, page, read, rows, text_of, url
from tests.books import nothing_changes
from tests.terminals.fleet import make_notice
from tests.world import Register


def test_open_notices_are_listed_and_settled(it: Client, register: Register) -> None:
    notice = make_notice(register.terminal, detail="Code ABCD… came again.")

    listed = read(it, url(Notice))
    asked = read(it, act(notice, "settle"))
    it.post(act(notice, "settle"))

    assert "A used code came again, from another machine 0042/03 Code ABCD… came again." in listed
    assert "Somebody has seen to it." in asked
    notice.refresh_from_db()
    assert (notice.cleared_by, rows(it, Notice)) == ("it_administrator@shop", 0)
    assert (rows(it, Notice, state="settled"), rows(it, Notice, state="all")) == (1, 1)
    assert "No notice is open." in read(it, url(Notice))
    assert actions() == ["terminal.notice_settled"]


def test_a_settled_notice_is_not_settled_again(it: Client, register: Register) -> None:
    notice = make_notice(register.terminal)
    it.post(act(notice, "settle"))

    with nothing_changes():
        assert "Nothing was done." in text_of(it.post(act(notice, "settle")))


def test_the_page_of_the_register_says_it_too(it: Client, register: Register) -> None:
    notice = make_notice(register.terminal)

    body = it.get(page(register.terminal)).content.decode()

    assert "Seen twice." in body
    assert act(notice, "settle") in body


def test_the_home_page_leads_to_open_notices(it: Client, register: Register) -> None:
    make_notice(register.terminal)

    alerts = {alert.text: alert.url for alert in read_home(now=timezone.now()).alerts}

    assert alerts["1 notice about a register is open."] == url(Notice)


def test_a_reminder_alone_does_not_spoil_the_day(it: Client, register: Register) -> None:
    make_notice(register.terminal, NoticeKind.ROTATION_DUE)

    assert not [a for a in read_home(now=timezone.now()).alerts if "notice" in a.text]


@pytest.mark.parametrize("role", ["auditor", "manager"])
def test_others_read_notices_and_settle_none(
    request: pytest.FixtureRequest, register: Register, role: str
) -> None:
    client = request.getfixturevalue(role)
    notice = make_notice(register.terminal)

    assert "Seen twice." in read(client, url(Notice))
    with nothing_changes():
        assert client.post(act(notice, "settle")).status_code == 403
        bulk = client.post(url(Notice, "bulk", "settle"), {"chosen": str(notice.pk)})
        assert bulk.status_code == 403
