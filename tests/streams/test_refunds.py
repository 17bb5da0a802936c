"""`GET returns/{id}?wait=refunds`: the ordinary answer, once the processor has answered."""

from __future__ import annotations

from typing import Any

from apps.events.services import place_events
from tests.streams.asking import Waiting, ask
from tests.streams.process import StreamProcess
from tests.streams.world import let_in
from tests.world import Register, card, make_register, pay_out, problem

AT_ONCE_S = 9


def take_back_by_card(register: Register, ref: str = "") -> Any:
    return register.take_back(register.sell(tenders=[card(1530, ref=ref)]), "2").json()


def statuses(answer: Any) -> list[str]:
    return [refund["status"] for refund in answer.json()["refunds"]]


def test_it_waits_until_the_money_is_back(
    streams: StreamProcess, register: Register, wait: Waiting
) -> None:
    returned = take_back_by_card(register)
    path = f"returns/{returned['id']}"
    with let_in(register):
        waiting = wait(register, path, wait="refunds")
    assert pay_out() == 1
    place_events()
    answer = waiting.result()
    assert answer.seconds < AT_ONCE_S
    assert statuses(answer) == ["succeeded"]
    assert answer.content == register.get(path).content


def test_it_waits_for_the_store_credit_that_takes_a_declined_ones_place(
    streams: StreamProcess, register: Register, wait: Waiting
) -> None:
    returned = take_back_by_card(register, ref="sbx_decline_1")
    with let_in(register):
        waiting = wait(register, f"returns/{returned['id']}", wait="refunds")
    pay_out()
    place_events()
    assert statuses(waiting.result()) == ["superseded", "succeeded"]


def test_another_returns_refund_is_not_it(
    streams: StreamProcess, register: Register, wait: Waiting
) -> None:
    hanging = take_back_by_card(register, ref="sbx_error_1")
    with let_in(register):
        waiting = wait(register, f"returns/{hanging['id']}", wait="refunds")
    take_back_by_card(register)
    pay_out()
    place_events()
    answer = waiting.result()
    assert answer.seconds >= 10
    assert statuses(answer) == ["unknown"]


def test_what_has_nothing_on_its_way_is_answered_at_once(
    streams: StreamProcess, register: Register
) -> None:
    paid = register.take_back(register.sell()).json()
    promised = register.authorize(register.sell(tenders=[card(1530)]))
    for one, status in ((paid, "succeeded"), (promised, "planned")):
        answer = ask(streams, register, f"returns/{one['id']}", wait="refunds")
        assert answer.seconds < AT_ONCE_S
        assert statuses(answer) == [status]


def test_another_shops_return_and_none_are_the_same_404(
    streams: StreamProcess, register: Register
) -> None:
    other = make_register(store="0043")
    returned = take_back_by_card(other)
    nowhere = "00000000-0000-7000-8000-000000000000"
    for return_id in (returned["id"], nowhere):
        problem(ask(streams, register, f"returns/{return_id}", wait="refunds"), 404, "not-found")


def test_the_api_answers_at_once(register: Register) -> None:
    returned = take_back_by_card(register)
    answer = register.get(f"returns/{returned['id']}", wait="refunds")
    assert statuses(answer) == ["submitted"]
    problem(register.get(f"returns/{returned['id']}", wait="x"), 400, "invalid-request")
