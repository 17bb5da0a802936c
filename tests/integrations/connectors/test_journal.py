"""Journals that a real accounting program reads, with every event in them once."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from apps.integrations.gateways.base import Message, Result
from apps.integrations.gateways.journal import Journal
from tests.integrations.connectors.events import NOW, message, refunded, returned, target
from tests.threads import together

FOLDER = {"folder": "books"}


def deliver(*batch: Message, **config: Any) -> Result:
    return Journal().deliver(batch, target({**FOLDER, **config}, url=""), now=NOW)


def refund(amount: int = 2635, kind: str = "cash", **changes: Any) -> Message:
    return message("refund.succeeded", refunded(amount, kind), **changes)


def bean_check(drops: Path) -> tuple[int, str]:
    """What beancount itself says of the journal: 0 and nothing, or what is wrong."""
    program = Path(sys.executable).with_name("bean-check")
    ran = subprocess.run(
        [program, "--no-cache", drops / "books" / "main.beancount"], capture_output=True, text=True
    )
    return ran.returncode, ran.stderr


def entries(drops: Path, name: str = "2026-11-21_0042.beancount") -> str:
    return (drops / "books" / "entries" / name).read_text()


def test_an_entry_as_beancount_writes_it(drops: Path) -> None:
    event = message()

    assert deliver(event).outcomes[0].ok

    assert (
        entries(drops)
        == f'''\
2026-11-21 * "Return R-0042-000007, receipt T-000001-K7QF"
  event: "{event.event_id}"
  shop: "0042"
  return: "R-0042-000007"
  Income:Returns                                   22.38 EUR
  Liabilities:Tax:VAT-S                             3.80 EUR
  Liabilities:Tax:VAT-R                             0.17 EUR
  Liabilities:Refunds-Owed                        -26.35 EUR
'''
    )


def test_beancount_finds_nothing_wrong(drops: Path) -> None:
    exchange = returned("R-2", refund_total=0, exchange_total=3000, amount_due=365)
    yen = returned("R-3", currency="JPY")
    odd = returned('R "4"\\', receipt_number="line\nbreak; and | more")
    deliver(message(), refund(2000), refund(635, "store_credit"))
    deliver(message(data=exchange, store="0007"), message(data=yen), message(data=odd))
    deliver(message("return.voided", returned("R-5")), message(at=NOW + timedelta(days=3)))
    deliver(message(store="Ä/../7"), message(store=""))

    assert bean_check(drops) == (0, "")
    assert sorted(path.name for path in (drops / "books" / "entries").iterdir()) == [
        "2026-11-21_-----7.beancount", "2026-11-21_0007.beancount", "2026-11-21_0042.beancount",
        "2026-11-21_none.beancount", "2026-11-24_0042.beancount",
    ]  # fmt: skip


def test_beancount_is_asked_in_earnest(drops: Path) -> None:
    deliver(message())
    file = drops / "books" / "entries" / "2026-11-21_0042.beancount"
    file.write_text(file.read_text().replace("3.80", "3.81"))

    code, said = bean_check(drops)

    assert code == 1
    assert "Transaction does not balance" in said


def test_the_same_event_twice_is_one_entry(drops: Path) -> None:
    first, second = message(), refund()
    deliver(first)
    before = entries(drops)

    again = deliver(first, second, second)

    assert entries(drops).startswith(before)
    assert entries(drops).count("event:") == 2
    assert again.call.answer == "1 written, 2 there already."
    assert all(outcome.ok for outcome in again.outcomes)


def test_not_even_when_the_time_zone_is_changed_in_between(drops: Path) -> None:
    late = message(at=NOW.replace(hour=23, minute=30))
    deliver(late)

    again = deliver(late, timezone="Europe/Berlin")
    other = deliver(message(at=NOW.replace(hour=23, minute=30)), timezone="Europe/Berlin")

    assert again.call.answer == "0 written, 1 there already."
    assert other.call.answer == "1 written, 0 there already."
    assert "event:" in entries(drops, "2026-11-22_0042.beancount")


def test_a_text_cannot_pass_for_an_entry(drops: Path) -> None:
    victim = message()
    deliver(message(data=returned(receipt_number=f'x"\n  event: "{victim.event_id}')))

    assert deliver(victim).call.answer == "1 written, 0 there already."
    assert bean_check(drops) == (0, "")


@pytest.mark.django_db(transaction=True)
def test_writers_at_one_moment_lose_nothing(drops: Path) -> None:
    batches = [[refund(n + 1), refund(n + 100)] for n in range(8)]

    together([partial(deliver, *batch) for batch in batches])

    assert entries(drops).count("event:") == 16
    assert bean_check(drops) == (0, "")


def test_a_disk_that_is_full_leaves_what_was_there(
    drops: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(message())
    before = entries(drops)
    monkeypatch.setattr("os.fsync", _no_space)

    [outcome] = deliver(refund()).outcomes

    assert (outcome.kind, outcome.cause) == ("retry", "not written")
    assert outcome.detail == "No space left on device"
    assert entries(drops) == before
    assert [path.name for path in drops.rglob(".*")] == [".lock"]


def _no_space(descriptor: int) -> None:
    raise OSError(28, "No space left on device", "/secret/path")


def test_one_that_cannot_be_booked_does_not_hold_up_the_others(drops: Path) -> None:
    wrong = message(data=returned(refund_total=1))

    result = deliver(refund(), wrong, message("stock.changed", {}))

    assert [(one.kind, one.cause) for one in result.outcomes] == [
        ("ok", ""), ("permanent", "not bookable"), ("ok", ""),
    ]  # fmt: skip
    assert result.outcomes[1].detail == "debit and credit differ by 2634"
    assert entries(drops).count("event:") == 1


def test_the_preview_is_what_is_written(drops: Path) -> None:
    batch = [message(), refund()]
    where = target(FOLDER, url="")

    preview = Journal().preview(batch, where, now=NOW)
    sent = Journal().deliver(batch, where, now=NOW).call

    assert preview.body == sent.body
    head = "; entries/2026-11-21_0042.beancount\n"
    assert preview.body.replace(head, "") == entries(drops)


def test_accounts_by_settings(drops: Path) -> None:
    settings = {
        "accounts": {"returns": "Income:Sales:{shop}", "clearing": "Liabilities:Open"},
        "taxes": {"VAT-R": "Liabilities:VAT:Reduced"},
        "tenders": {"card": "Assets:Acme-Pay"},
    }

    deliver(message(), refund(kind="card"), refund(kind="wallet"), **settings)

    names = {line.split()[0] for line in entries(drops).splitlines() if " EUR" in line}
    assert names == {
        "Income:Sales:0042", "Liabilities:Open", "Liabilities:Tax:VAT-S", "Liabilities:VAT:Reduced",
        "Assets:Acme-Pay", "Assets:Clearing:Wallet",
    }  # fmt: skip
    assert bean_check(drops) == (0, "")


def test_the_same_for_ledger_and_hledger(drops: Path) -> None:
    event = message()

    deliver(event, format="ledger")

    assert (
        entries(drops, "2026-11-21_0042.ledger")
        == f"""\
2026-11-21 * Return R-0042-000007, receipt T-000001-K7QF
  ; event: {event.event_id}
  ; shop: 0042
  ; return: R-0042-000007
  Income:Returns                                   22.38 EUR
  Liabilities:Tax:VAT-S                             3.80 EUR
  Liabilities:Tax:VAT-R                             0.17 EUR
  Liabilities:Refunds-Owed                        -26.35 EUR
"""
    )
    assert deliver(event, format="ledger").call.answer == "0 written, 1 there already."


def test_a_test_leaves_nothing_behind(drops: Path) -> None:
    result = Journal().test(target(FOLDER, url=""), now=NOW)

    assert result.outcomes[0].ok
    assert result.call.answer == f"{drops / 'books'} can be written to."
    assert [path.name for path in (drops / "books").iterdir()] == [".lock"]


def test_a_link_that_leads_elsewhere_is_not_followed(drops: Path, tmp_path: Path) -> None:
    drops.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (drops / "books").symlink_to(tmp_path / "elsewhere")

    [outcome] = deliver(message()).outcomes

    assert (outcome.kind, outcome.cause) == ("retry", "not written")
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({}, "“folder” is missing."),
        ({"folder": "../etc"}, "“folder” cannot be “../etc”"),
        ({"folder": "/etc"}, "“folder” cannot be “/etc”"),
        ({"folder": "a/../b"}, "“folder” cannot be “a/../b”"),
        ({"folder": ".hidden"}, "“folder” cannot be “.hidden”"),
        ({**FOLDER, "format": "xls"}, "“format” has to be one of"),
        ({**FOLDER, "timezone": "Mars/Olympus"}, "“Mars/Olympus” is no time zone."),
        ({**FOLDER, "accounts": {"returns": "Sales"}}, "“Sales” is no account"),
        ({**FOLDER, "accounts": {"colour": "Assets:Red"}}, "There is no account for “colour”."),
        (
            {**FOLDER, "tenders": {"cash": 1}},
            "“tenders” has to be an object whose values are texts.",
        ),
    ],
)
def test_what_is_wrong_with_settings_is_said(config: dict[str, Any], said: str) -> None:
    [sentence] = Journal().check(config)

    assert said in sentence
