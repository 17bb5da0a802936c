"""`GET returns/{id}?wait=decision`: the ordinary answer, once a manager has decided."""

from __future__ import annotations

from apps.events.services import place_events
from tests.streams.asking import Waiting, ask
from tests.streams.process import StreamProcess
from tests.streams.world import let_in
from tests.world import Register, make_approver

AT_ONCE_S = 9


def test_it_waits_for_the_managers_word(
    streams: StreamProcess, register: Register, wait: Waiting
) -> None:
    make_approver()
    returned = register.wait()
    path = f"returns/{returned['id']}"
    with let_in(register):
        waiting = wait(register, path, wait="decision")
    register.override(returned, approve=False)
    place_events()
    answer = waiting.result()
    assert answer.seconds < AT_ONCE_S
    assert answer.json()["status"] == "denied"
    assert answer.content == register.get(path).content


def test_what_does_not_wait_is_answered_at_once(streams: StreamProcess, register: Register) -> None:
    returned = register.authorize(register.sell())
    answer = ask(streams, register, f"returns/{returned['id']}", wait="decision")
    assert answer.seconds < AT_ONCE_S
    assert answer.json()["status"] == "authorized"
