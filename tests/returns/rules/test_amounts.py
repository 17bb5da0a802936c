from __future__ import annotations

from typing import Any

import pytest

from apps.returns.policy.facts import Counters, Tally
from tests.returns.rules.made import decided, inputs, line, of_sale, ruled, said

OK = ("ok", "approved")


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ({"EUR": 100}, OK),
        ({"EUR": 99}, ("amount-above-limit", "needs_override")),
        ({"USD": 1}, None),
        ({}, None),
    ],
)
def test_above_the_policys_amount_a_manager_is_asked(limit: Any, expected: Any) -> None:
    assert said(ruled(line("3"), amount={"ask_above": limit}), "amount_limit") == expected


def test_above_the_maximum_it_is_refused() -> None:
    what = ruled(line("3"), amount={"deny_above": {"EUR": 99}, "ask_above": {"EUR": 50}})
    assert said(what, "amount_maximum") == ("amount-above-maximum", "denied")
    assert decided(what).lines[0].codes == ("amount-above-maximum", "amount-above-limit")


@pytest.mark.parametrize(("limit", "code"), [(100, "ok"), (99, "register-limit")])
def test_a_registers_profile_has_its_own_limit(limit: int, code: str) -> None:
    found = said(ruled(line("3"), changes={"register_limit_minor": limit}), "register_limit")
    assert found is not None
    assert found[0] == code


@pytest.mark.parametrize(("before", "code"), [(400, "ok"), (401, "operator-limit")])
def test_an_operators_day_counts_what_went_before(before: int, code: str) -> None:
    known = {"operator": "1042", "counters": Counters(operator_today=Tally(9, before))}
    what = ruled(line("3"), changes=known, amount={"operator_per_day": {"EUR": 500}})
    found = said(what, "operator_limit")
    assert found is not None
    assert found[0] == code
    assert inputs(what, "operator_limit") == {"amount_minor": before + 100, "limit_minor": 500}


def test_what_is_kept_back_does_not_count() -> None:
    rows = [{"condition": "opened", "fee_percent": "10"}]
    one = line("3", ask={"condition": "opened"})
    what = ruled(one, amount={"ask_above": {"EUR": 90}}, conditions={"rows": rows})
    assert said(what, "amount_limit") == OK


@pytest.mark.parametrize("currency", ["JPY", "EUR", "KWD"])
def test_limits_are_in_the_minor_units_of_the_shops_currency(currency: str) -> None:
    changes = {**of_sale(currency=currency), "store_currency": currency}
    what = ruled(line("3"), changes=changes, amount={"ask_above": {currency: 99}})
    assert said(what, "amount_limit") == ("amount-above-limit", "needs_override")
