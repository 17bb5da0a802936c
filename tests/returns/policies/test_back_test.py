"""Back-tests: every return decided again as it was then, in batches, and what would have changed."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.common.errors import Invalid, StaleState
from apps.inventory.models import Item
from apps.returns.models import BackTest, BackTestCase, BackTestTally, CustomerReturn, ReturnPolicy
from apps.returns.services import backtesting, versions
from apps.returns.services.comparing import book_of, compare
from apps.returns.services.past import PARTS, RELATED, load_past
from apps.returns.services.trying import try_past
from tests.books import nothing_changes
from tests.returns.policies.played import STRICTER, Played, play
from tests.world import SETUP, Register, make_approver, make_register, publish_policy


@pytest.fixture
def played(register: Register, monkeypatch: pytest.MonkeyPatch) -> Played:
    return play(register, monkeypatch)


def run(test: BackTest) -> BackTest:
    backtesting.carry_on_back_tests(clock=timezone.now)
    test.refresh_from_db()
    return test


def ask(played: Played, days: int = 90) -> BackTest:
    now = timezone.now()
    return backtesting.ask_back_test(played.draft, days=days, actor=SETUP, now=now)


def _plain(trace: Any) -> Any:
    """Quantities are written as they came; 2 and 2.000 are the same."""
    return re.sub(r"'(\d+)\.000'", r"'\1'", str(trace))


def test_every_case_is_decided_as_it_was_decided_singly_then(played: Played) -> None:
    rows = CustomerReturn.objects.select_related(*RELATED).prefetch_related(*PARTS)
    book = book_of(played.draft)
    assert book is not None
    found = {one.past.what.pk: one for one in compare(load_past(list(rows)), book)}
    assert len(found) == len(played.said) > 20
    for one, said in played.by_return():
        rebuilt = found[one.pk]
        assert _plain(rebuilt.decision.trace) == _plain(said.trace), one.number
        assert rebuilt.decision.outcome == said.outcome
        assert rebuilt.decision.refund_total == said.refund_total
        assert rebuilt.rebuilt, one.number
        assert try_past(one.pk, played.draft).decision == rebuilt.decision


def test_its_sums_and_cases_are_those_of_the_cases_one_by_one(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backtesting, "BATCH", 4)
    test = run(ask(played))
    expected: Counter[tuple[str, str]] = Counter()
    money: Counter[tuple[str, str]] = Counter()
    for one, said in played.by_return():
        key = (one.decision, str(said.outcome))
        expected[key] += 1
        money[key] += said.refund_total if said.approved else 0
    tallies = BackTestTally.objects.filter(back_test=test)
    counted: Counter[tuple[str, str]] = Counter()
    sums: Counter[tuple[str, str]] = Counter()
    for row in tallies:
        counted[row.before, row.after] += row.returns
        sums[row.before, row.after] += row.after_minor
    assert counted == expected
    assert +sums == +money
    assert len(expected) > 4
    assert sum(row.changed for row in tallies) == BackTestCase.objects.filter(rebuilt=True).count()
    assert (test.seen, test.total) == (len(played.said), len(played.said))
    assert test.finished_at is not None


def test_a_case_says_what_went_back_and_what_would(played: Played) -> None:
    test = run(ask(played))
    denied = test.cases.filter(before="approved", after="needs_override", code="window-expired")
    (case,) = denied
    assert (case.before_minor, case.after_minor, case.currency) == (510, 0, "EUR")
    fee = test.cases.get(code="restocking-fee")
    assert (fee.before_minor, fee.after_minor, fee.after) == (255, 217, "approved")
    recalled = test.cases.get(code="recalled")  # taken in every case, its neighbours no more
    assert (recalled.before_minor, recalled.after_minor, recalled.after) == (510, 255, "approved")
    assert set(test.cases.values_list("code", flat=True)) >= {
        "operator-exceptions",
        "no-receipt-limit",
        "sale-unknown",
    }


def test_one_that_was_killed_is_carried_on_behind_what_was_reached(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backtesting, "BATCH", 5)
    test, now = ask(played), timezone.now()
    taken = backtesting._take_up(now)
    assert taken is not None
    backtesting.take_batch(taken, now)
    with nothing_changes():  # the one that died holds it
        backtesting.carry_on_back_tests(clock=lambda: now)
    later = now + backtesting.LEASE + timedelta(seconds=1)
    backtesting.carry_on_back_tests(clock=lambda: later)
    whole = sum(BackTestTally.objects.values_list("returns", flat=True))
    test.refresh_from_db()
    assert (whole, test.seen, test.finished_at) == (len(played.said), len(played.said), later)


def test_who_lost_the_lease_writes_nothing_more(played: Played) -> None:
    ask(played)
    now = timezone.now()
    lost = backtesting._take_up(now)
    assert lost is not None
    BackTest.objects.update(due_at=now - timedelta(minutes=1))
    with nothing_changes(), pytest.raises(StaleState):
        backtesting.take_batch(lost, now)


def test_a_cancelled_one_keeps_what_was_compared_and_goes_no_further(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backtesting, "BATCH", 5)
    test, now = ask(played), timezone.now()
    taken = backtesting._take_up(now)
    assert taken is not None
    backtesting.take_batch(taken, now)
    backtesting.cancel_back_test(test, actor=SETUP, now=now)
    with nothing_changes(), pytest.raises(StaleState):
        backtesting.take_batch(taken, now)
    with nothing_changes():
        assert backtesting.carry_on_back_tests(clock=timezone.now) == 0
    with nothing_changes(), pytest.raises(StaleState):
        backtesting.cancel_back_test(test, actor=SETUP, now=now)


def test_the_number_of_statements_depends_on_no_case(played: Played) -> None:
    rows = CustomerReturn.objects.select_related(*RELATED).prefetch_related(*PARTS)
    every, book = list(rows.order_by("number")), book_of(played.draft)
    assert book is not None

    def statements(some: list[CustomerReturn]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            compare(load_past(some), book)
        return len(asked)

    bare = [one for one in every if one.kind == "blind"]
    receipted = [one for one in every if one.kind == "receipted"]
    assert statements(every) <= 11
    assert statements(every) == statements([bare[0], *receipted[:6]])


def test_what_other_policies_decide_is_left_out(register: Register) -> None:
    publish_policy("Web", channel="online", days=3)
    other = make_register(store="0043")
    publish_policy("Shop 43", scope="store", store=other.store)
    sold_at = (timezone.now() - timedelta(days=10)).isoformat()
    for where, channel in ((register, "store"), (register, "online"), (other, "store")):
        where.take_back(where.sell(channel=channel, sold_at=sold_at))
    standard = ReturnPolicy.objects.get(name="Standard")
    now = timezone.now()
    draft = versions.draft_version(standard, rules=STRICTER, actor=SETUP, now=now)
    test = run(backtesting.ask_back_test(draft, days=1, actor=SETUP, now=timezone.now()))
    assert (test.total, test.seen, test.elsewhere) == (3, 3, 2)
    assert list(test.tallies.values_list("before", "after")) == [("approved", "needs_override")]


def test_of_a_policy_for_a_channel_or_a_shop_only_its_own_are_looked_at(register: Register) -> None:
    web = publish_policy("Web", channel="online", days=3)
    register.take_back(register.sell())
    register.take_back(register.sell(channel="online"))
    test = run(backtesting.ask_back_test(web, days=1, actor=SETUP, now=timezone.now()))
    assert (test.total, test.seen, test.elsewhere) == (1, 1, 0)


def test_facts_that_cannot_be_had_any_more_show_themselves(register: Register) -> None:
    """The catalogue changed since: the version that decided does not come to what was said."""
    register.take_back(register.sell())
    Item.objects.update(returnable=False)
    version = ReturnPolicy.objects.get().versions.get()
    test = run(backtesting.ask_back_test(version, days=1, actor=SETUP, now=timezone.now()))
    case = BackTestCase.objects.get(back_test=test)
    assert (case.before, case.after, case.rebuilt) == ("approved", "denied", False)


@pytest.mark.parametrize("days", [0, 731])
def test_the_stretch_has_its_bounds(register: Register, days: int) -> None:
    version = ReturnPolicy.objects.get().versions.get()
    with nothing_changes(), pytest.raises(Invalid):
        backtesting.ask_back_test(version, days=days, actor=SETUP, now=timezone.now())


def test_what_a_manager_said_is_said_again(register: Register) -> None:
    """Allowed and refused again; where the version asks nobody any more, it decides by itself."""
    make_approver()
    allowed, refused = register.wait(), register.wait()
    assert register.override(allowed).json()["status"] == "authorized"
    assert register.override(refused, approve=False).json()["status"] == "denied"
    now, policy = timezone.now(), ReturnPolicy.objects.get()
    found = {}
    for late in ("override", "allow", "deny"):
        rules = {"window": {"days": 1, "late": late}, "authorization": {"hours": 24}}
        draft = versions.draft_version(policy, rules=rules, actor=SETUP, now=now)
        test = run(backtesting.ask_back_test(draft, days=1, actor=SETUP, now=timezone.now()))
        tallies = test.tallies.order_by("before").values_list("before", "after", "rebuilt")
        found[late] = list(tallies)
    assert found == {
        "override": [("approved", "approved", True), ("denied", "denied", True)],
        "allow": [("approved", "approved", True), ("denied", "approved", True)],
        "deny": [("approved", "denied", True), ("denied", "denied", True)],
    }
