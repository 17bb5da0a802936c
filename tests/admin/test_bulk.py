"""Buttons for many rows: they say what will happen to how many, and who is left out and why."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.terminals.models import Notice, Rotation, Terminal
from apps.terminals.services import set_status
from apps.terminals.states import TerminalStatus
from tests.admin.helpers import actions, text_of, url
from tests.books import nothing_changes
from tests.terminals.fleet import add_register, make_notice
from tests.world import SETUP, Register, make_register


def bulk(client: Client, name: str, *terminals: Terminal, query: str = "", **more: str) -> Any:
    ticked = {"chosen": [str(one.pk) for one in terminals], **more}
    return client.post(url(Terminal, "bulk", name) + query, ticked)


@pytest.fixture
def four(register: Register) -> list[Terminal]:
    """0042/03 and /04 in use, /05 suspended, /07 waiting for enrolment."""
    more = [make_register(number=number).terminal for number in ("04", "05")]
    set_status(more[1], TerminalStatus.SUSPENDED, actor=SETUP, now=timezone.now())
    return [register.terminal, *more, add_register(register, "07")]


def test_it_asks_first_and_says_who_is_left_out_and_why(it: Client, four: list[Terminal]) -> None:
    with nothing_changes():
        asked = text_of(bulk(it, "suspend", *four))

    assert "2 registers are refused from their next request on" in asked
    assert "0042/03, 0042/04 2 are left out: not active. 0042/05, 0042/07" in asked
    assert "Suspend: 2" in asked


def test_confirmed_it_is_done_to_those_that_fit_and_counted(
    it: Client, four: list[Terminal]
) -> None:
    keys = bulk(it, "suspend", *four).context["keys"]

    answer = it.post(
        url(Terminal, "bulk", "suspend"), {"chosen": keys, "confirmed": "yes"}, follow=True
    )

    assert "2 are suspended." in text_of(answer)
    assert Terminal.objects.filter(status=TerminalStatus.SUSPENDED).count() == 3
    assert actions() == ["terminal.suspended"] * 2


@pytest.mark.parametrize(
    ("name", "said", "did"),
    [
        ("activate", "1 is active again.", ["terminal.active"]),
        ("revoke", "3 are revoked and wait for enrolment.", ["terminal.revoked"] * 3),
        ("retire", "4 are retired.", ["terminal.retired"] * 4),
        ("rotate", "2 registers are to rotate.", ["rotation.ordered"]),
    ],
)
def test_each_button_does_what_it_says(
    it: Client, four: list[Terminal], name: str, said: str, did: list[str]
) -> None:
    bulk(it, name, *four, confirmed="yes")

    assert said in text_of(it.get(url(Terminal)))
    assert actions() == did


def test_rotating_many_is_one_rotation_of_those(it: Client, four: list[Terminal]) -> None:
    bulk(it, "rotate", *four, confirmed="yes")

    rotation = Rotation.objects.get()
    assert rotation.label == "0042/03, 0042/04"
    assert [target.terminal.number for target in rotation.targets.order_by("id")] == ["03", "04"]


def test_all_that_match_the_filter_are_meant_on_every_page(it: Client, register: Register) -> None:
    for number in range(60):
        add_register(register, f"n{number}")

    asked = it.post(url(Terminal, "bulk", "retire") + "?status=pending", {"all": "yes"})
    keys = asked.context["keys"]
    it.post(
        url(Terminal, "bulk", "retire") + "?status=pending", {"chosen": keys, "confirmed": "yes"}
    )

    assert "Retire: 60" in text_of(asked)
    assert Terminal.objects.filter(status=TerminalStatus.RETIRED).count() == 60
    register.terminal.refresh_from_db()
    assert register.terminal.status == TerminalStatus.ACTIVE


def test_what_changed_since_it_was_asked_is_left_out(it: Client, four: list[Terminal]) -> None:
    keys = bulk(it, "suspend", *four).context["keys"]
    set_status(four[0], TerminalStatus.RETIRED, actor=SETUP, now=timezone.now())

    it.post(url(Terminal, "bulk", "suspend"), {"chosen": keys, "confirmed": "yes"})

    assert "1 is suspended." in text_of(it.get(url(Terminal)))
    assert Terminal.objects.get(pk=four[0].pk).status == TerminalStatus.RETIRED


def test_a_form_sent_twice_works_once(it: Client, four: list[Terminal]) -> None:
    asked = bulk(it, "rotate", *four).context
    form = {"chosen": asked["keys"], "confirmed": "yes", "once": asked["once"]}
    it.post(url(Terminal, "bulk", "rotate"), form)

    with nothing_changes():
        it.post(url(Terminal, "bulk", "rotate"), form)

    assert Rotation.objects.count() == 1


@pytest.mark.parametrize("keys", [[], ["junk"], ["junk,00000000-0000-0000-0000-000000000000"]])
def test_nothing_chosen_does_nothing_and_says_so(
    it: Client, register: Register, keys: list[str]
) -> None:
    with nothing_changes():
        answer = it.post(url(Terminal, "bulk", "retire"), {"chosen": keys}, follow=True)

    assert "Nothing was chosen." in text_of(answer)


def test_where_nobody_fits_there_is_no_button(it: Client, four: list[Terminal]) -> None:
    asked = text_of(bulk(it, "activate", four[0], confirmed="yes"))

    assert "None of the chosen ones fits." in asked
    assert "Activate again: " not in asked


def test_a_button_leads_back_to_the_list_as_it_was(it: Client, four: list[Terminal]) -> None:
    answer = bulk(it, "suspend", *four, query="?status=active", confirmed="yes")

    assert answer["Location"] == f"{url(Terminal)}?status=active"
    assert it.get(url(Terminal, "bulk", "suspend"))["Location"] == url(Terminal)
    assert it.post(url(Terminal, "bulk", "explode")).status_code == 404


def test_many_notices_are_settled_at_once(it: Client, four: list[Terminal]) -> None:
    keys = [str(make_notice(terminal).pk) for terminal in four]

    it.post(url(Notice, "bulk", "settle"), {"chosen": keys, "confirmed": "yes"})

    assert "4 notices are settled." in text_of(it.get(url(Notice)))
    assert not Notice.objects.filter(cleared_at=None)
    assert actions() == ["terminal.notice_settled"] * 4
