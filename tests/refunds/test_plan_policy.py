"""Where the money goes: the pure rules."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.common.money import CASH_MODES, CashRounding
from apps.refunds.commands import PlanTerms, RefundPlan, TenderCap
from apps.refunds.policy import STRATEGIES, plan_refund, retry_after

FIVE = CashRounding(5)
AMOUNTS = st.integers(0, 10**12)
CAPS = st.lists(AMOUNTS, max_size=20)


def cap(number: int, cap_minor: int, kind: str = "card") -> TenderCap:
    return TenderCap(100 + number, number, kind, cap_minor, "sandbox", f"pay-{number}")


def paid(plan: RefundPlan) -> list[tuple[int | None, int]]:
    return [(p.tender_number, p.amount_minor) for p in plan.refunds]


def amounts(
    minor: int, *caps: TenderCap, to: str = "original", strategy: str = "original_order"
) -> list[tuple[int | None, int]]:
    return paid(plan_refund(minor, caps, PlanTerms(to, strategy)))


def test_tenders_are_used_in_the_order_of_the_receipt() -> None:
    assert amounts(700, cap(2, 900), cap(1, 500)) == [(1, 500), (2, 200)]


def test_a_tender_that_has_nothing_left_is_passed_over() -> None:
    assert amounts(700, cap(1, 0), cap(2, 900)) == [(2, 700)]


def test_what_fits_nowhere_becomes_store_credit() -> None:
    plan = plan_refund(1000, [cap(1, 600)], PlanTerms("original"))

    assert [(p.kind, p.amount_minor, p.tender_id) for p in plan.refunds] == [
        ("card", 600, 101),
        ("store_credit", 400, None),
    ]


def test_store_credit_on_request_leaves_the_tenders_alone() -> None:
    assert amounts(700, cap(1, 900), to="store_credit") == [(None, 700)]


def test_a_planned_refund_names_the_payment_it_goes_back_to() -> None:
    (planned,) = plan_refund(100, [cap(3, 900, "wallet")], PlanTerms("original")).refunds

    assert (planned.kind, planned.gateway, planned.gateway_ref) == ("wallet", "sandbox", "pay-3")


def test_nothing_to_pay_back_is_an_empty_plan() -> None:
    assert amounts(0, cap(1, 900)) == []


def test_in_proportion_to_what_each_can_take_to_the_cent() -> None:
    caps = (cap(1, 1_000), cap(2, 500), cap(3, 500))
    assert amounts(101, *caps, strategy="ratio") == [(1, 51), (2, 25), (3, 25)]
    assert amounts(2_500, *caps, strategy="ratio") == [(1, 1_000), (2, 500), (3, 500), (None, 500)]


@pytest.mark.parametrize(
    ("minor", "found"),
    [
        (300, [(2, 300)]),  # fits exactly
        (400, [(1, 400)]),  # the smallest that takes it all
        (650, [(3, 650)]),
        (1_000, [(2, 300), (3, 700)]),  # the largest, and what is left to the one that fits it
        (1_800, [(1, 500), (2, 300), (3, 700), (None, 300)]),
    ],
)
def test_to_as_few_tenders_as_can_be(minor: int, found: list[tuple[int | None, int]]) -> None:
    caps = (cap(1, 500), cap(2, 300), cap(3, 700))
    assert amounts(minor, *caps, strategy="fewest_tenders") == found


def test_what_fits_nowhere_is_cash_up_to_the_limit_only() -> None:
    def kinds(minor: int, to: str = "original") -> list[tuple[str, int]]:
        terms = PlanTerms(to, cash_instead_minor=50, cash=FIVE)
        return [(p.kind, p.amount_minor) for p in plan_refund(minor, [cap(1, 600)], terms).refunds]

    assert kinds(648) == [("card", 600), ("cash", 50)]
    assert kinds(651) == [("card", 600), ("store_credit", 51)]
    assert kinds(40, to="store_credit") == [("store_credit", 40)]


@given(
    amount=AMOUNTS,
    caps=CAPS,
    to=st.sampled_from(["original", "store_credit"]),
    strategy=st.sampled_from(sorted(STRATEGIES)),
    cash_instead=AMOUNTS,
)
def test_a_plan_adds_up_exactly_and_never_exceeds_a_cap(
    amount: int, caps: list[int], to: str, strategy: str, cash_instead: int
) -> None:
    tenders = [cap(number, minor) for number, minor in enumerate(caps, 1)]

    plan = plan_refund(amount, tenders, PlanTerms(to, strategy, cash_instead)).refunds

    assert sum(p.amount_minor for p in plan) == amount
    assert all(p.amount_minor > 0 for p in plan)
    back = {p.tender_number: p.amount_minor for p in plan if p.tender_number}
    assert all(minor <= caps[number - 1] for number, minor in back.items())
    assert len({p.tender_number for p in plan}) == len(plan)


@given(amount=AMOUNTS, caps=CAPS, strategy=st.sampled_from(sorted(STRATEGIES)))
def test_store_credit_is_given_only_when_every_tender_is_used_up(
    amount: int, caps: list[int], strategy: str
) -> None:
    tenders = [cap(number, minor) for number, minor in enumerate(caps, 1)]

    plan = plan_refund(amount, tenders, PlanTerms("original", strategy))

    credit = sum(p.amount_minor for p in plan.refunds if p.tender_id is None)
    assert credit == max(0, amount - sum(caps))


@given(amount=st.integers(1, 10**6), caps=st.lists(st.integers(1, 10**6), min_size=1, max_size=6))
def test_no_strategy_uses_fewer_tenders_than_the_one_that_tries(
    amount: int, caps: list[int]
) -> None:
    tenders = [cap(number, minor) for number, minor in enumerate(caps, 1)]
    used = {one: sum(map(bool, STRATEGIES[one](amount, tenders))) for one in STRATEGIES}
    assert used["fewest_tenders"] == min(used.values())


@given(
    paid_minor=st.integers(0, 5_000),
    increment=st.sampled_from([0, 1, 5, 10, 50]),
    mode=st.sampled_from(sorted(CASH_MODES)),
    rounded_at_sale=st.booleans(),
    parts=st.lists(st.integers(0, 1_000), max_size=12),
)
def test_cash_in_parts_is_coins_and_adds_up_to_what_was_paid(
    paid_minor: int, increment: int, mode: str, rounded_at_sale: bool, parts: list[int]
) -> None:
    """`paid_minor` is what was owed at the sale; every part but the last is in coins there are."""
    cash = CashRounding(increment, mode)
    coins = cash.round(paid_minor) if rounded_at_sale else paid_minor
    left, gone = paid_minor, 0
    for part in [*parts, left]:
        share = min(part, left)
        given_minor = paid_minor - left
        tender = TenderCap(1, 1, "cash", left, "", "", gone, given_minor, coins - paid_minor)
        plan = plan_refund(share, [tender], PlanTerms("original", cash=cash))
        back = sum(p.amount_minor for p in plan.refunds)
        assert back - plan.rounding_minor == share
        assert all(one.amount_minor > 0 for one in plan.refunds)
        left, gone = left - share, gone + back
        if left and increment > 1 and gone < coins:
            assert gone % increment == 0
    assert gone == coins


@pytest.mark.parametrize(
    ("mode", "found"),
    [("half_up", 5), ("half_down", 0), ("down", 0), ("up", 5)],
)
def test_half_a_coin_goes_where_the_mode_says(mode: str, found: int) -> None:
    cash = CashRounding(10, mode)
    assert (cash.round(5), cash.round(24), cash.round(20)) == (
        2 * found, {"up": 30}.get(mode, 20), 20,
    )  # fmt: skip


def test_attempts_get_rarer_and_never_end() -> None:
    waits = [retry_after(attempts) // timedelta(seconds=1) for attempts in range(1, 11)]

    assert waits == [5, 15, 60, 300, 900, 1800, 3600, 3600, 3600, 3600]
