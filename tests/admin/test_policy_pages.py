"""Pages around policies: which one decides, trying one, and back-tests."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from apps.returns.models import BackTest, BackTestCase, PolicyVersion, ReturnPolicy
from apps.returns.services import backtesting, versions
from apps.returns.store import load_rulebook
from apps.stores.models import Region
from tests.admin.helpers import act, page, read, text_of, url
from tests.books import nothing_changes
from tests.world import SETUP, Register, make_register, publish_policy


def stricter(days: int = 5) -> PolicyVersion:
    rules = {"window": {"days": days}, "authorization": {"hours": 24}}
    policy = ReturnPolicy.objects.get(name="Standard")
    return versions.draft_version(policy, rules=rules, actor=SETUP, now=timezone.now())


def old_return(register: Register, days: int = 10) -> str:
    sold_at = (timezone.now() - timedelta(days=days)).isoformat()
    return str(register.take_back(register.sell(sold_at=sold_at)).json()["number"])


def which(it: Client, register: Register, channel: str = "store") -> str:
    query = {"store": str(register.store.pk), "channel": channel}
    return read(it, url(ReturnPolicy, "which"), **query)


def test_which_policy_decides_and_why_not_the_others(it: Client, register: Register) -> None:
    publish_policy("Campaign", priority=10)
    publish_policy("Shop", scope="store", store=register.store)
    publish_policy("Web", channel="online", priority=99)
    ReturnPolicy.objects.create(name="Planned", priority=50)

    text = which(it, register)

    listed = text.partition("In this order")[2]
    assert listed.index("Planned") < listed.index("Campaign decides") < listed.index("Shop")
    assert "Nothing of it is in force." in text
    assert "“Campaign” has the higher priority: 10 against 0." in text
    assert "Web" not in text


def test_what_the_page_says_is_what_registers_are_answered(it: Client, register: Register) -> None:
    region = Region.objects.create(name="North")
    register.store.region = region
    register.store.save()
    publish_policy("North", scope="region", region=region)
    publish_policy("North online", scope="region", region=region, channel="online")
    publish_policy("Shop, last", scope="store", store=register.store, priority=-1)
    for channel in ("", "store", "online", "phone"):
        book, _reasons, _conditions = load_rulebook(
            store_id=register.store.pk,
            region_id=region.pk,
            channel=channel,
            reasons=[],
            conditions=[],
        )
        assert book is not None
        assert f"{book.name} decides" in which(it, register, channel)


def test_where_none_decides_the_page_says_so(it: Client, register: Register) -> None:
    versions.retire(PolicyVersion.objects.get(), actor=SETUP, now=timezone.now())

    assert "None decides: every return is denied" in which(it, register)


def test_a_past_return_under_a_draft(it: Client, register: Register) -> None:
    number, draft = old_return(register), stricter()

    with nothing_changes():
        text = read(it, url(PolicyVersion, "try", draft.pk), q=number)

    assert "Under Standard v2 Denied 0.00 EUR It was: Approved, 2.55 EUR, under Standard v1" in text
    assert "The return window has ended." in text
    assert "Within the return window" in text


def test_a_receipt_with_several_returns_lists_them(it: Client, register: Register) -> None:
    sale = register.sell()
    numbers = [register.take_back(sale).json()["number"] for _ in range(2)]

    text = read(it, url(PolicyVersion, "try", stricter().pk), q=sale["receipt_number"])

    assert all(number in text for number in numbers)
    assert "No such return." in read(it, url(PolicyVersion, "try", stricter().pk), q="R-none")


def test_a_return_that_is_made_up(it: Client, register: Register) -> None:
    sale = register.sell(sold_at=(timezone.now() - timedelta(days=10)).isoformat())
    draft = stricter()
    body = {"store": register.store.pk, "receipt": sale["receipt_number"], "refund_to": "original",
            "line0-sale_line": "1", "line0-quantity": "2", "line0-reason": "defective"}  # fmt: skip

    with nothing_changes():
        late = text_of(it.post(url(PolicyVersion, "try", draft.pk), body))
        at = (timezone.now() - timedelta(days=8)).strftime("%Y-%m-%dT%H:%M")
        early = text_of(it.post(url(PolicyVersion, "try", draft.pk), body | {"at": at}))

    assert "Under Standard v2 Denied 0.00 EUR" in late
    assert "Under Standard v2 Approved 5.10 EUR" in early


def test_an_exchange_that_is_made_up(it: Client, register: Register) -> None:
    register.count_stock("22633", "1")
    sale, draft = register.sell(), stricter()
    body = {"store": register.store.pk, "receipt": sale["receipt_number"], "refund_to": "original",
            "line0-sale_line": "1", "line0-quantity": "1",
            "exchange0-sku": "22633", "exchange0-quantity": "1", "exchange0-price": "4.00"}  # fmt: skip
    address = url(PolicyVersion, "try", draft.pk)

    with nothing_changes():
        there = text_of(it.post(address, body))
        too_many = text_of(it.post(address, body | {"exchange0-quantity": "2"}))
        no_price = text_of(it.post(address, body | {"exchange0-price": ""}))
        no_coin = text_of(it.post(address, body | {"exchange0-price": "4.005"}))

    assert "Under Standard v2 Approved 0.00 EUR still to pay 1.45 EUR" in there
    assert "Under Standard v2 Denied" in too_many
    assert "Name the SKU, the quantity and the price." in no_price
    assert "4.005 is no price in EUR." in no_coin


def test_what_is_made_up_says_what_is_missing(it: Client, register: Register) -> None:
    address = url(PolicyVersion, "try", PolicyVersion.objects.get().pk)
    body = {"store": register.store.pk, "refund_to": "original"}

    assert "Write a quantity into at least one line." in text_of(it.post(address, body))
    unnamed = text_of(it.post(address, body | {"line0-quantity": "1"}))
    assert "Name the line of the receipt, or the SKU." in unnamed


def test_a_back_test_from_asking_to_its_cases(it: Client, register: Register) -> None:
    number, draft = old_return(register), stricter()
    register.take_back(register.sell())

    asked = it.post(url(PolicyVersion, "back_test", draft.pk), {"days": "30"})
    test = BackTest.objects.get()
    assert asked["Location"] == page(test)
    assert "under way" in read(it, page(test))
    backtesting.carry_on_back_tests(clock=timezone.now)

    text = read(it, page(test))
    assert "2 of 2 looked at" in text
    assert "1 of 2 returns would have come to another outcome or another amount." in text
    assert "Approved → Denied 1 2.55 EUR 0.00 EUR -2.55 EUR" in text
    assert "The return window has ended." in text
    figures = it.get(url(BackTest, "figures", test.pk))
    assert b"data-settled" in figures.content
    cases = read(it, url(BackTestCase), test=str(test.pk), was="approved", would="denied")
    assert number in cases


def test_numbers_above_a_thousand_are_digits_where_browsers_read_them(
    it: Client, register: Register
) -> None:
    test = backtesting.ask_back_test(stricter(), days=30, actor=SETUP, now=timezone.now())
    BackTest.objects.update(seen=1_250, total=4_894)

    shown = it.get(page(test)).content.decode()
    assert '<progress class="wide" value="1250" max="4894"' in shown
    assert "1,250 of 4,894 looked at" in read(it, page(test))


def test_a_back_test_is_cancelled_by_a_button(it: Client, register: Register) -> None:
    old_return(register)
    test = backtesting.ask_back_test(stricter(), days=30, actor=SETUP, now=timezone.now())

    it.post(act(test, "cancel"))

    assert "cancelled" in read(it, page(test))
    assert backtesting.carry_on_back_tests(clock=timezone.now) == 0


def test_cases_are_paged_and_take_few_statements(
    it: Client, register: Register, django_assert_max_num_queries: object
) -> None:
    assert callable(django_assert_max_num_queries)
    for _ in range(3):
        old_return(register)
    test = backtesting.ask_back_test(stricter(), days=30, actor=SETUP, now=timezone.now())
    backtesting.carry_on_back_tests(clock=timezone.now)
    with django_assert_max_num_queries(7):
        listed = it.get(url(BackTestCase), {"test": str(test.pk)})
    assert len(listed.context["cl"].result_list) == 3
    with django_assert_max_num_queries(10):
        it.get(page(test))
    with django_assert_max_num_queries(16):
        it.get(page(stricter()))


def test_auditors_look_and_ask_for_nothing(auditor: Client, it: Client, register: Register) -> None:
    draft = stricter()
    with nothing_changes():
        assert (
            auditor.post(url(PolicyVersion, "back_test", draft.pk), {"days": "9"}).status_code
            == 403
        )
        assert auditor.get(url(PolicyVersion, "try", draft.pk)).status_code == 200
        assert auditor.get(url(ReturnPolicy, "which")).status_code == 200


def test_an_unchanged_shop_elsewhere_is_not_asked(it: Client, register: Register) -> None:
    other = make_register(store="0043")
    publish_policy("Shop 43", scope="store", store=other.store)
    old_return(other)
    test = backtesting.ask_back_test(stricter(), days=30, actor=SETUP, now=timezone.now())
    backtesting.carry_on_back_tests(clock=timezone.now)

    text = read(it, page(test))

    assert "1 were left out: another policy goes before this one." in text
    assert "No return would have come to another outcome." in text


def test_a_second_draft_is_written_beside_the_first(it: Client, register: Register) -> None:
    policy = ReturnPolicy.objects.get()
    for _n in range(2):
        assert it.post(act(policy, "write-version")).status_code == 302
    assert sorted(policy.versions.values_list("version", flat=True)) == [1, 2, 3]
