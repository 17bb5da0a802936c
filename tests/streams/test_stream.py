"""The feed as server-sent events: everything, in order, at once; and every stream has an end."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.core import signing
from django.db import transaction
from django.utils import timezone

from apps.events.feed import read_cursor
from apps.events.models import Event, FeedHead
from apps.events.services import place_events
from apps.terminals.models import AccessToken, Credential
from apps.terminals.services import revoke_credential, revoke_terminal, revoke_token, set_status
from apps.terminals.states import TerminalStatus
from tests.streams.listener import Heard, Listener
from tests.streams.world import Listen, cursor_of, follow_pages, make_token
from tests.threads import together
from tests.world import SETUP, Register, line, make_register, publish_policy


def test_an_event_is_heard_that_was_committed_after_the_stream_was_opened(
    register: Register, listen: Listen
) -> None:
    cursor = cursor_of(register)
    stream = listen(register, after=cursor)
    register.sell()
    place_events()
    assert stream.items(2) == follow_pages(register, cursor)


def test_without_a_cursor_it_begins_with_the_first_event(
    register: Register, listen: Listen
) -> None:
    register.sell()
    place_events()
    stream = listen(register)
    assert stream.items(3) == follow_pages(register)
    register.sell()
    place_events()
    assert [item["position"] for item in stream.items(2)] == [4, 5]


def test_each_event_has_its_type_and_the_cursor_behind_it(
    register: Register, listen: Listen
) -> None:
    register.sell()
    place_events()
    stream = listen(register)
    heard = [stream.heard() for _ in range(3)]
    assert [one.type for one in heard] == ["policy.published", "sale.recorded", "stock.changed"]
    assert [read_cursor(one.id).position for one in heard] == [1, 2, 3]
    assert follow_pages(register, heard[0].id) == [heard[1].data, heard[2].data]


def test_it_goes_on_from_the_event_that_was_heard_last(register: Register, listen: Listen) -> None:
    register.sell()
    place_events()
    second = listen(register).items(2)[1]
    head = FeedHead.objects.get()
    last = signing.dumps([str(head.epoch), second["position"]], salt="change-feed")
    stream = listen(register, after=cursor_of(register), **{"Last-Event-ID": last})
    assert stream.heard().data["position"] == 3


def test_other_shops_are_not_heard_and_what_concerns_all_is(
    register: Register, listen: Listen
) -> None:
    other = make_register(store="0043")
    stream = listen(register, after=cursor_of(register))
    other.sell()
    place_events()
    publish_policy()
    place_events()
    assert stream.heard().type == "policy.published"


def test_an_idle_stream_is_led_past_other_shops_events(register: Register, listen: Listen) -> None:
    other = make_register(store="0043")
    cursor = cursor_of(register)
    other.sell()
    place_events()
    stream, past_them = listen(register, after=cursor), read_cursor(cursor).position + 2
    places: list[int] = []
    while past_them not in places:
        comment = stream.block()  # the first may say where it began
        assert comment is not None
        assert (comment.type, comment.data, len(places) < 20) == ("", None, True)
        places.append(read_cursor(comment.id).position)
    assert places == sorted(places)


def test_every_one_of_many_listeners_hears_it(register: Register, listen: Listen) -> None:
    registers = [register, *(make_register(number=f"1{n}") for n in range(9))]
    cursor = cursor_of(register)
    streams = [listen(one, after=cursor) for one in registers for _ in range(5)]
    register.sell()
    place_events()
    heard = [[item["id"] for item in stream.items(2)] for stream in streams]
    assert heard == [[item["id"] for item in follow_pages(register, cursor)]] * 50


def test_writers_that_commit_in_any_order_are_all_heard_in_the_feeds_order(
    register: Register, listen: Listen
) -> None:
    writers = [register, *(make_register(number=f"1{n}") for n in range(3))]
    stream = listen(register, after=cursor_of(register))

    def sell_and_place(writer: Register) -> None:
        for _ in range(5):
            writer.sell()
            place_events()

    before = FeedHead.objects.get().last_position
    together([partial(sell_and_place, writer) for writer in writers])
    place_events()
    heard = [item["id"] for item in stream.items(40)]
    told = Event.objects.filter(position__gt=before).order_by("position")
    assert heard == [str(event.pk) for event in told]


def test_what_is_committed_late_is_heard_late_and_not_lost(
    register: Register, listen: Listen
) -> None:
    other = make_register(number="04")
    stream = listen(register, after=cursor_of(register))
    with transaction.atomic():
        register.sell()
        together([lambda: other.sell(terminal="04", lines=[line(sku="B")])])
        together([place_events])
        assert {item["terminal"] for item in stream.items(2)} == {"04"}
    place_events()
    late = stream.items(2)
    assert {item["terminal"] for item in late} == {"03"}
    ordinals = Event.objects.order_by("position").values_list("ordinal", flat=True)
    assert list(ordinals) != sorted(ordinals)


@pytest.mark.parametrize("what", ["terminal", "credential", "token", "suspended"])
def test_a_revocation_ends_an_open_stream_before_anything_else_is_said(
    register: Register, listen: Listen, what: str
) -> None:
    stream = listen(register, after=cursor_of(register))
    other, now = make_register(number="04"), timezone.now()
    cursor_of(other)
    match what:
        case "terminal":
            revoke_terminal(register.terminal, actor=SETUP, now=now)
        case "credential":
            revoke_credential(Credential.objects.earliest("pk"), actor=SETUP, now=now)
        case "token":
            revoke_token(AccessToken.objects.earliest("pk"), actor=SETUP, now=now)
        case _:
            set_status(register.terminal, TerminalStatus.SUSPENDED, actor=SETUP, now=now)
    other.sell()
    place_events()
    expected = "terminal-not-active" if what == "suspended" else "token-invalid"
    assert [(one.type, one.data) for one in stream.until_end()] == [("end", {"reason": expected})]


def test_another_registers_revocation_ends_nothing(register: Register, listen: Listen) -> None:
    other = make_register(number="04")
    stream = listen(register, after=cursor_of(register))
    revoke_terminal(other.terminal, actor=SETUP, now=timezone.now())
    place_events()
    assert stream.heard().type == "terminal.revoked"
    register.sell()
    place_events()
    assert stream.heard().type == "sale.recorded"


def test_a_token_that_ends_ends_its_stream_and_another_goes_on(
    register: Register, listen: Listen
) -> None:
    cursor = cursor_of(register)
    short = make_token(register, ends_in=timedelta(seconds=2))
    stream = listen(short, after=cursor)
    end = stream.heard()
    assert end == Heard(end.id, "end", {"reason": "token-expired"})
    register.sell()
    place_events()
    assert listen(register, after=end.id).items(2) == follow_pages(register, cursor)


def test_a_new_epoch_ends_an_open_stream(register: Register, listen: Listen) -> None:
    stream = listen(register, after=cursor_of(register))
    FeedHead.objects.update(epoch="00000000-0000-4000-8000-000000000000")
    assert stream.heard().data == {"reason": "cursor-expired"}


def test_a_register_that_opens_too_many_loses_its_oldest(
    register: Register, listen: Listen
) -> None:
    cursor = cursor_of(register)
    streams: list[Listener] = [listen(register, after=cursor) for _ in range(9)]
    assert streams[0].heard().data == {"reason": "too-many"}
    register.sell()
    place_events()
    assert [stream.heard().type for stream in streams[1:]] == ["sale.recorded"] * 8
