"""Long polls: a page as soon as there is something on it, an empty one when the time is up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.events.feed import read_cursor
from apps.events.models import FeedHead
from apps.events.services import place_events
from apps.terminals.services import revoke_terminal
from tests.streams.asking import Waiting, ask
from tests.streams.process import StreamProcess
from tests.streams.world import cursor_of, follow_pages, let_in, make_token
from tests.world import SETUP, Register, make_register, problem

AT_ONCE_S = 15


def test_what_is_there_is_answered_at_once_and_as_the_api_does(
    streams: StreamProcess, register: Register
) -> None:
    register.sell()
    place_events()
    answer, ordinary = ask(streams, register, "changes", wait="25"), register.get("changes")
    assert answer.seconds < AT_ONCE_S
    assert answer.content.partition(b',"next":')[0] == ordinary.content.partition(b',"next":')[0]
    assert answer.json().keys() == ordinary.json().keys()
    assert read_cursor(answer.json()["next"]) == read_cursor(ordinary.json()["next"])
    assert answer["Content-Type"] == ordinary["Content-Type"] == "application/json"


def test_it_waits_for_what_is_placed_later(
    streams: StreamProcess, register: Register, wait: Waiting
) -> None:
    cursor = cursor_of(register)
    with let_in(register):
        poll = wait(register, "changes", after=cursor, wait="25")
    register.sell()
    place_events()
    answer = poll.result()
    assert answer.seconds < AT_ONCE_S
    assert answer.json()["items"] == follow_pages(register, cursor)


def test_it_is_empty_when_the_time_is_up(streams: StreamProcess, register: Register) -> None:
    cursor = cursor_of(register)
    answer = ask(streams, register, "changes", after=cursor, wait="1")
    assert 1 <= answer.seconds < AT_ONCE_S
    page = answer.json()
    assert (page["items"], page["has_more"]) == ([], False)
    assert read_cursor(page["next"]) == read_cursor(cursor)


def test_without_wait_nothing_is_waited_for(streams: StreamProcess, register: Register) -> None:
    cursor = cursor_of(register)
    answer = ask(streams, register, "changes", after=cursor)
    assert answer.seconds < AT_ONCE_S
    assert answer.json()["items"] == []


def test_other_shops_do_not_wake_it_and_it_is_led_past_them(
    streams: StreamProcess, register: Register, wait: Waiting
) -> None:
    other = make_register(store="0043")
    cursor = cursor_of(register)
    with let_in(register):
        poll = wait(register, "changes", after=cursor, wait="3")
    other.sell()
    place_events()
    answer = poll.result()
    assert answer.seconds >= 3
    assert answer.json()["items"] == []
    head = FeedHead.objects.get().last_position
    assert read_cursor(answer.json()["next"]).position == head


def test_pages_of_any_size_give_everything_once(streams: StreamProcess, register: Register) -> None:
    for _ in range(4):
        register.sell()
    place_events()
    items: list[Any] = []
    after, more = "", True
    while more:
        query = {"after": after} if after else {}
        page = ask(streams, register, "changes", limit="2", wait="25", **query).json()
        items, after, more = items + page["items"], page["next"], page["has_more"]
    assert items == follow_pages(register)


def test_many_wait_and_all_are_answered(
    streams: StreamProcess, register: Register, wait: Waiting
) -> None:
    registers = [register, *(make_register(number=f"1{n}") for n in range(3))]
    cursor = cursor_of(register)
    with let_in(*registers):
        polls = [wait(one, "changes", after=cursor, wait="25") for one in registers * 4]
    register.sell()
    place_events()
    answers = [poll.result() for poll in polls]
    assert [len(answer.json()["items"]) for answer in answers] == [2] * 16
    assert max(answer.seconds for answer in answers) < 25


def test_a_register_that_is_revoked_meanwhile_hears_that_instead(
    streams: StreamProcess, register: Register, wait: Waiting
) -> None:
    cursor = cursor_of(register)
    with let_in(register):
        poll = wait(register, "changes", after=cursor, wait="25")
    revoke_terminal(register.terminal, actor=SETUP, now=timezone.now())
    place_events()
    problem(poll.result(), 401, "token-invalid")


def test_it_waits_no_longer_than_the_token_is_good(
    streams: StreamProcess, register: Register
) -> None:
    short = make_token(register, ends_in=timedelta(seconds=3))
    answer = ask(streams, short, "changes", after=cursor_of(register), wait="25")
    assert answer.status_code == 200
    assert answer.seconds < AT_ONCE_S


def test_a_new_epoch_ends_the_waiting(
    streams: StreamProcess, register: Register, wait: Waiting
) -> None:
    cursor = cursor_of(register)
    with let_in(register):
        poll = wait(register, "changes", after=cursor, wait="25")
    FeedHead.objects.update(epoch="00000000-0000-4000-8000-000000000000")
    document = problem(poll.result(), 410, "cursor-expired")
    assert document["link"].endswith("/api/v1/changes/resync")
