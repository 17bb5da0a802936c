"""Rotations: ordered by a form, followed on a page, called off by a button."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.stores.models import Region
from apps.terminals.models import Rotation, Terminal
from apps.terminals.services import set_status
from apps.terminals.states import TerminalStatus
from tests.admin.helpers import act, actions, page, read, text_of, url
from tests.books import nothing_changes
from tests.terminals.fleet import DAY, add_register, order, seen
from tests.world import SETUP, Register, make_register

ADD = url(Rotation, "add")
FORM = {"which": "all", "days": "7"}


@pytest.fixture
def three(register: Register) -> list[Terminal]:
    return [register.terminal, *(make_register(number=n).terminal for n in ("04", "05"))]


def numbers(rotation: Rotation) -> list[str]:
    targets = rotation.targets.select_related("terminal__store").order_by("terminal__created_at")
    return [str(target.terminal) for target in targets]


def test_all_registers_are_told_at_once_and_those_without_a_key_are_left_out(
    it: Client, three: list[Terminal], register: Register
) -> None:
    add_register(register, "07")

    answer = it.post(ADD, {**FORM, "reason": "A laptop is missing"}, follow=True)

    rotation = Rotation.objects.get()
    assert "3 registers are to rotate." in text_of(answer)
    assert "1 was left out, since it has no key in use." in text_of(answer)
    assert (rotation.label, rotation.reason) == ("All registers", "A laptop is missing")
    assert rotation.starts_at == rotation.created_at
    assert rotation.due_at - rotation.starts_at == 7 * DAY
    assert actions() == ["rotation.ordered"]


def test_a_region_a_shop_or_named_registers(it: Client, three: list[Terminal]) -> None:
    other = make_register(store="0043", number="01")
    other.store.region = Region.objects.create(name="South")
    other.store.save()

    it.post(ADD, {**FORM, "which": "region", "region": str(other.store.region.pk)})
    it.post(ADD, {**FORM, "which": "store", "store": str(three[0].store_id)})
    it.post(ADD, {**FORM, "which": "chosen", "registers": "0042/05, 0043/01\n0042/05"})

    made = list(Rotation.objects.order_by("id"))
    assert [(one.label, numbers(one)) for one in made] == [
        ("South", ["0043/01"]),
        ("0042 Shop 0042", ["0042/03", "0042/04", "0042/05"]),
        ("0042/05, 0043/01", ["0042/05", "0043/01"]),
    ]


def test_later_and_in_the_hours_of_the_shop(it: Client, register: Register) -> None:
    hours = {"window_start": "22:00", "window_end": "05:00"}

    it.post(ADD, {**FORM, **hours, "starts_at": "2030-01-02T03:00", "days": "2"})

    rotation = Rotation.objects.get()
    assert rotation.starts_at == datetime(2030, 1, 2, 3, tzinfo=UTC)
    assert rotation.due_at == datetime(2030, 1, 4, 3, tzinfo=UTC)
    assert (rotation.window_start, rotation.window_end) == (time(22), time(5))
    assert "22:00" in read(it, page(rotation))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"which": "region"}, "Choose which."),
        ({"which": "store"}, "Choose which."),
        ({"which": "chosen"}, "Choose which."),
        ({"which": "chosen", "registers": "0042/99"}, "There is no register 0042/99."),
        ({"which": "chosen", "registers": "0042/07"}, "None of these registers has a key in use."),
        ({"window_start": "22:00"}, "Give both ends of the allowed hours, or neither."),
        ({"days": "0"}, "greater than or equal to 1"),
        ({"starts_at": "soon"}, "Enter a valid date/time."),
    ],
)
def test_what_is_wrong_is_said_in_the_form(
    it: Client, register: Register, changes: dict[str, str], said: str
) -> None:
    add_register(register, "07")

    with nothing_changes():
        text = text_of(it.post(ADD, {**FORM, **changes}))

    assert said in text


def test_the_chosen_rows_of_the_list_begin_the_form(it: Client, three: list[Terminal]) -> None:
    ticked = {"chosen": [str(one.pk) for one in three[:2]]}

    form = it.post(url(Terminal, "bulk", "rotate-later"), ticked, follow=True)

    assert "0042/03, 0042/04</textarea>" in form.content.decode()
    assert "0042/04" not in it.get(ADD).content.decode()


def test_a_form_sent_twice_orders_once(it: Client, register: Register) -> None:
    once = it.get(ADD).context["once"]
    it.post(ADD, {**FORM, "once": once})

    with nothing_changes():
        again = it.post(ADD, {**FORM, "once": once})

    assert again["Location"] == page(Rotation.objects.get())


def test_progress_says_who_is_missing_the_longest_unseen_first(
    it: Client, three: list[Terminal]
) -> None:
    rotation = order(three, starts_at=timezone.now() - DAY)
    rotation.targets.filter(terminal=three[2]).update(done_at=timezone.now())
    seen(three[0])
    seen(three[1], 2 * DAY)

    listed, text = read(it, url(Rotation)), read(it, page(rotation))
    alone = it.get(url(Rotation, "progress", rotation.pk)).content.decode()

    assert "These 1 of 3 Running" in listed
    assert "1 of 3 Running registers use a new key" in text
    assert "2 registers have not rotated yet. 1 of them was not heard of since" in text
    assert text.index("0042/04") < text.index("0042/03") < text.index("0042/05")
    assert "<html" not in alone
    assert '<progress class="wide" value="1" max="3"' in alone


def test_those_never_seen_come_first(it: Client, three: list[Terminal]) -> None:
    rotation = order(three[:2], starts_at=timezone.now() - DAY)
    seen(three[0], 30 * DAY)

    text = read(it, page(rotation))

    assert text.index("0042/04") < text.index("0042/03")


def test_a_retired_register_is_waited_for_no_more(it: Client, three: list[Terminal]) -> None:
    rotation = order(three[:2])
    rotation.targets.filter(terminal=three[0]).update(done_at=timezone.now())
    set_status(three[1], TerminalStatus.RETIRED, actor=SETUP, now=timezone.now())

    text = read(it, page(rotation))

    assert "1 of 1 Done registers use a new key; 1 was retired without one" in text


def test_calling_off_is_asked_and_done_once(it: Client, register: Register) -> None:
    rotation = order([register.terminal])

    asked = read(it, act(rotation, "call-off"))
    it.post(act(rotation, "call-off"))
    text = read(it, page(rotation))

    assert "told so no more, and keep their keys" in asked
    assert "0 of 1 Called off" in text
    assert "Call off" not in text.replace("Called off", "")
    assert actions() == ["rotation.cancelled"]


def test_the_page_takes_the_same_statements_for_many_registers(
    it: Client, three: list[Terminal], django_assert_max_num_queries: Any
) -> None:
    rotation = order(three)

    with django_assert_max_num_queries(8):
        it.get(url(Rotation, "progress", rotation.pk))
    with django_assert_max_num_queries(12):
        it.get(page(rotation))


def test_managers_see_the_registers_of_their_shops_not_the_rotations(
    manager: Client, register: Register
) -> None:
    rotation = order([register.terminal], starts_at=timezone.now())

    assert manager.get(page(rotation)).status_code == 403
    assert manager.get(url(Rotation)).status_code == 403


@pytest.mark.parametrize("role", ["auditor"])
def test_others_follow_a_rotation_and_order_none(
    request: pytest.FixtureRequest, register: Register, role: str
) -> None:
    client = request.getfixturevalue(role)
    rotation = order([register.terminal], starts_at=timezone.now() - timedelta(hours=1))

    assert "0 of 1 Running" in read(client, page(rotation))
    assert "Order a rotation" not in read(client, url(Rotation))
    with nothing_changes():
        assert client.post(ADD, FORM).status_code == 403
        assert client.post(act(rotation, "call-off")).status_code == 403
