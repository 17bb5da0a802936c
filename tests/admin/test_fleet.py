"""The fleet: what its list says of each register, the questions it answers, and a register's page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.stores.models import Region
from apps.terminals.models import (
    AccessToken,
    Credential,
    RotationPolicy,
    Terminal,
    TerminalSeen,
)
from apps.terminals.services import set_status
from apps.terminals.states import NoticeKind, TerminalStatus
from tests.admin.helpers import act, actions, page, read, rows, text_of, url
from tests.books import nothing_changes
from tests.terminals.fleet import DAY, add_register, age_key, make_notice, order, seen
from tests.world import SETUP, Register, make_register


def test_a_register_that_works_is_shown_in_a_line(it: Client, register: Register) -> None:
    age_key(register.terminal, 12)
    seen(register.terminal, software_version="4.2.1", clock_skew_ms=2_400, queue_depth=0)

    text = read(it, url(Terminal))

    assert "0042/03 Well Active just now in use 12 days secret 4.2.1 +2.4 s 0" in text


def test_a_clock_that_is_right_is_not_one_that_nobody_told(it: Client, register: Register) -> None:
    seen(register.terminal, software_version="4.2.1", clock_skew_ms=40)
    assert "4.2.1 right" in read(it, url(Terminal))
    TerminalSeen.objects.update(clock_skew_ms=None)
    assert "right" not in read(it, url(Terminal))


def test_one_that_is_not_well_says_the_worst_and_how_much_more(
    it: Client, register: Register
) -> None:
    seen(register.terminal, 3 * DAY, clock_skew_ms=-47_000, queue_depth=1_200)
    make_notice(register.terminal)

    text = read(it, url(Terminal))

    assert "0042/03 A used code came again, from another machine +3 Active 3 days ago" in text
    assert "-47.0 s 1,200" in text


def test_key_states_are_told_apart(it: Client, register: Register) -> None:
    credential = Credential.objects.filter(terminal=register.terminal)
    until = timezone.now() + timedelta(hours=2)

    said = []
    for changes in (
        {"status": "pending", "first_used_at": None},
        {"status": "retiring", "not_after": until},
        {"status": "retiring", "not_after": timezone.now()},
        {"status": "revoked", "slot": None, "revoked_at": until},
    ):
        credential.update(**changes)
        said.append(read(it, url(Terminal)))

    assert "not used yet" in said[0]
    assert "overlap until" in said[1]
    assert "No key or secret of it works" in said[2]
    assert "No key or secret of it works" in said[3]


@pytest.mark.cooks_the_books
@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("key", "overdue"), ("key", "soon"), ("key", "new"), ("key", "overlap"), ("key", "none"),
        ("look", "notice"), ("look", "queue"), ("look", "clock"), ("look", "never"),
        ("seen", "no"), ("status", "suspended"), ("region", "x"), ("added", "hour"),
    ],
)  # fmt: skip
def test_each_question_finds_the_one_register(
    it: Client, register: Register, query: str, value: str
) -> None:
    terminal = make_register(number="04").terminal
    for one in Terminal.objects.all():
        seen(one)
    credentials = Credential.objects.filter(terminal=terminal)
    Terminal.objects.exclude(pk=terminal.pk).update(created_at=timezone.now() - DAY)
    if value == "overdue":
        order([terminal], starts_at=timezone.now() - 2 * DAY, days=1)
    elif value == "soon":
        RotationPolicy.objects.create(terminal=terminal, every_days=90)
        age_key(terminal, 80)
    elif value == "new":
        credentials.update(status="pending")
    elif value == "overlap":
        credentials.update(status="retiring", not_after=timezone.now() + DAY)
    elif value == "none":
        credentials.update(status="revoked", slot=None, revoked_at=timezone.now())
    elif value == "notice":
        make_notice(terminal)
        make_notice(register.terminal, NoticeKind.ROTATION_DUE)
    elif value in ("queue", "clock"):
        seen(terminal, queue_depth=3, clock_skew_ms=-31_000)
    elif value == "never":
        terminal.seen.delete()
    elif value == "no":
        seen(terminal, 2 * DAY)
    elif value == "suspended":
        set_status(terminal, TerminalStatus.SUSPENDED, actor=SETUP, now=timezone.now())
    elif query == "region":
        other = make_register(store="0043", number="04")
        other.store.region = Region.objects.create(name="South")
        other.store.save()
        terminal, value = other.terminal, str(other.store.region.pk)

    found = it.get(url(Terminal), {query: value}).context["cl"].result_list

    assert [str(one) for one in found] == [str(terminal)]


def test_registers_of_one_moment_are_found_by_it(it: Client, register: Register) -> None:
    at = register.terminal.created_at.isoformat().replace("+00:00", "Z")

    assert rows(it, Terminal, added=at) == 1
    assert rows(it, Terminal, added="2020-01-01T00:00:00Z") == 0
    assert rows(it, Terminal, added="no time") == 1


def test_the_page_says_what_renews_the_key_and_when(it: Client, register: Register) -> None:
    policy = RotationPolicy.objects.create(every_days=90)
    rotation = order([register.terminal])

    text = read(it, page(register.terminal))

    assert "By the policy for All registers: a new key every 90 days, the next one by" in text
    assert "ordered These from" in text
    body = it.get(page(register.terminal)).content.decode()
    assert page(policy) in body
    assert page(rotation) in body


def test_live_tokens_are_listed_and_each_can_be_revoked(it: Client, register: Register) -> None:
    token = AccessToken.objects.get()
    body = it.get(page(register.terminal))
    address = url(Terminal, "token", register.terminal.pk, token.pk)

    asked = read(it, address)
    done = text_of(it.post(address, follow=True))

    assert "Decide and complete returns" in text_of(body)
    assert bytes(token.token_hash).hex() not in body.content.decode()
    assert "This one token of register 0042/03 is refused from the next request on." in asked
    assert "The token is revoked." in done
    assert register.get("terminals/self").status_code == 401
    assert "Live tokens None." in read(it, page(register.terminal))
    assert actions() == ["terminal.token_revoked"]


def test_a_token_is_revoked_on_the_page_of_its_own_register_only(
    it: Client, register: Register
) -> None:
    other = make_register(number="04").terminal
    token = AccessToken.objects.get(credential__terminal=other)

    with nothing_changes():
        address = url(Terminal, "token", register.terminal.pk, token.pk)
        assert it.post(address).status_code == 404


def test_revoking_a_register_ends_all_it_has(it: Client, register: Register) -> None:
    it.post(act(register.terminal, "revoke"))

    register.terminal.refresh_from_db()
    assert register.terminal.status == TerminalStatus.PENDING
    assert register.get("terminals/self").status_code == 401
    assert not Credential.objects.exclude(status="revoked")
    assert actions() == ["terminal.revoked"]
    assert act(register.terminal, "revoke") not in it.get(page(register.terminal)).content.decode()


def test_rotating_now_orders_a_rotation_for_this_register(it: Client, register: Register) -> None:
    text = text_of(it.post(act(register.terminal, "rotate"), follow=True))

    assert "1 register is to rotate." in text
    assert "Rotate now" not in text  # it is asked for already
    assert actions() == ["rotation.ordered"]


def test_a_register_without_a_key_in_use_is_not_told_to_rotate(
    it: Client, register: Register
) -> None:
    waiting = add_register(register, "07")

    with nothing_changes():
        assert "Nothing was done." in text_of(it.post(act(waiting, "rotate")))


@pytest.mark.parametrize("role", ["auditor", "manager"])
def test_others_see_the_fleet_and_press_nothing(
    request: pytest.FixtureRequest, register: Register, role: str
) -> None:
    client = request.getfixturevalue(role)
    token = AccessToken.objects.get()

    listed = client.get(url(Terminal)).content.decode()
    shown = client.get(page(register.terminal)).content.decode()

    assert "0042/03" in listed
    for word in ("Add register", "Import registers", "Order a rotation", 'name="chosen"'):
        assert word not in listed, word
    assert "0042/03" in shown
    for way in ("/do/", "/revoke/"):
        assert way not in shown, way
    with nothing_changes():
        for address in (
            act(register.terminal, "enrolment-code"), act(register.terminal, "rotate"),
            act(register.terminal, "revoke"), url(Terminal, "import"), url(Terminal, "imported"),
            url(Terminal, "token", register.terminal.pk, token.pk),
            url(Terminal, "bulk", "revoke"),
        ):  # fmt: skip
            answer = client.post(address, {"chosen": str(register.terminal.pk), "confirmed": "y"})
            assert answer.status_code == 403, address
