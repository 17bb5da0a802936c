"""Where the money goes: the pure rules."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from apps.refunds.commands import TenderCap
from apps.refunds.policy import plan_refund, retry_after


def cap(number: int, cap_minor: int, kind: str = "card") -> TenderCap:
    return TenderCap(100 + number, number, kind, cap_minor, "sandbox", f"pay-{number}")


def amounts(minor: int, *caps: TenderCap, to: str = "original") -> list[tuple[int | None, int]]:
    return [(p.tender_number, p.amount_minor) for p in plan_refund(minor, caps, to=to)]


def test_tenders_are_used_in_the_order_of_the_receipt() -> None:
    assert amounts(700, cap(2, 900), cap(1, 500)) == [(1, 500), (2, 200)]


def test_a_tender_that_has_nothing_left_is_passed_over() -> None:
    assert amounts(700, cap(1, 0), cap(2, 900)) == [(2, 700)]


def test_what_fits_nowhere_becomes_store_credit() -> None:
    plan = plan_refund(1000, [cap(1, 600)], to="original")

    assert [(p.kind, p.amount_minor, p.tender_id) for p in plan] == [
        ("card", 600, 101),
        ("store_credit", 400, None),
    ]


def test_store_credit_on_request_leaves_the_tenders_alone() -> None:
    assert amounts(700, cap(1, 900), to="store_credit") == [(None, 700)]


def test_a_planned_refund_names_the_payment_it_goes_back_to() -> None:
    (planned,) = plan_refund(100, [cap(3, 900, "wallet")], to="original")

    assert (planned.kind, planned.gateway, planned.gateway_ref) == ("wallet", "sandbox", "pay-3")


def test_nothing_to_pay_back_is_an_empty_plan() -> None:
    assert amounts(0, cap(1, 900)) == []


@given(
    amount=st.integers(0, 10**12),
    caps=st.lists(st.integers(0, 10**12), max_size=20),
    to=st.sampled_from(["original", "store_credit"]),
)
def test_a_plan_adds_up_exactly_and_never_exceeds_a_cap(
    amount: int, caps: list[int], to: str
) -> None:
    tenders = [cap(number, minor) for number, minor in enumerate(caps, 1)]

    plan = plan_refund(amount, tenders, to=to)

    assert sum(p.amount_minor for p in plan) == amount
    assert all(p.amount_minor > 0 for p in plan)
    back = {p.tender_number: p.amount_minor for p in plan if p.tender_number}
    assert all(minor <= caps[number - 1] for number, minor in back.items())
    assert len({p.tender_number for p in plan}) == len(plan)


@given(amount=st.integers(0, 10**12), caps=st.lists(st.integers(0, 10**12), max_size=20))
def test_store_credit_is_given_only_when_every_tender_is_used_up(
    amount: int, caps: list[int]
) -> None:
    tenders = [cap(number, minor) for number, minor in enumerate(caps, 1)]

    plan = plan_refund(amount, tenders, to="original")

    credit = sum(p.amount_minor for p in plan if p.tender_id is None)
    assert credit == max(0, amount - sum(caps))


def test_attempts_get_rarer_and_never_end() -> None:
    waits = [retry_after(attempts) // timedelta(seconds=1) for attempts in range(1, 11)]

    assert waits == [5, 15, 60, 300, 900, 1800, 3600, 3600, 3600, 3600]
