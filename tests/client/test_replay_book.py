"""Lines become invoices, and invoices become messages that are the same on every run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from client.replay.classify import Category
from client.replay.invoices import Book, read_book
from client.replay.lines import read_lines
from client.replay.messages import included_tax, sale_body, sale_key
from client.replay.registers import stable_hash
from client.replay.run import share_out
from client.replay.shops import shop_of

LINES = """
536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536366,22423,STAND,1,2010-12-01 08:26:00,10.95,,EIRE
536365,85123A,HOLDER,1,2010-12-01 08:27:00,2.10,17850.0,United Kingdom
536365,POST,POSTAGE,1,2010-12-01 08:27:00,18.00,17850.0,United Kingdom
C536379,D,Discount,-1,2010-12-01 09:41:00,27.50,17850.0,United Kingdom
C536379,85123A,HOLDER,-2,2010-12-01 09:41:00,2.55,17850.0,United Kingdom
"""


def book(csv_file: Callable[[str], Path], limit: int | None = None) -> Book:
    return read_book(read_lines(csv_file(LINES)), limit)


def test_lines_are_gathered_though_they_stand_apart(csv_file: Callable[[str], Path]) -> None:
    first, second, third = book(csv_file).invoices
    assert [entry.position for entry in first.entries] == [1, 2]
    assert first.at.isoformat() == "2010-12-01T08:26:00+00:00"
    assert (second.number, second.partition) == ("536366", "invoice 536366")
    assert (third.cancels, [entry.position for entry in third.entries]) == (True, [2])


def test_what_is_not_played_is_counted(csv_file: Callable[[str], Path]) -> None:
    settled = book(csv_file).settled
    assert settled[Category.SALE_NOT_GOODS] == 1
    assert settled[Category.CANCEL_NOT_GOODS] == 1


def test_invoices_past_the_limit_are_counted_too(csv_file: Callable[[str], Path]) -> None:
    limited = book(csv_file, limit=1)
    assert [invoice.number for invoice in limited.invoices] == ["536365"]
    assert limited.settled[Category.BEYOND_LIMIT] == 3


def test_a_sale_adds_up_and_names_its_customer(csv_file: Callable[[str], Path]) -> None:
    body = sale_body(book(csv_file).invoices[0])
    assert [line["total"] for line in body["lines"]] == [1530, 210]
    assert body["total"] == body["tenders"][0]["amount"] == 1740
    assert body["tenders"][0]["gateway_ref"] == "sbx_or_536365"
    assert (body["receipt_number"], body["customer"]) == ("OR-7001-536365", "17850")
    assert (body["business_date"], body["sequence_number"]) == ("2010-12-01", 536365)


def test_without_a_customer_it_is_cash(csv_file: Callable[[str], Path]) -> None:
    body = sale_body(book(csv_file).invoices[1])
    assert body["tenders"] == [{"number": 1, "kind": "cash", "amount": 1095}]
    assert "customer" not in body


def test_vat_is_a_sixth_rounded_half_up() -> None:
    assert [included_tax(total) for total in (1530, 3, 2, 9, 6)] == [255, 1, 0, 2, 1]


def test_keys_are_long_enough_for_the_contract() -> None:
    assert 16 <= len(sale_key("1")) <= 255


def test_a_customer_stays_with_one_worker_in_date_order(csv_file: Callable[[str], Path]) -> None:
    shares = share_out(book(csv_file).invoices, 3)
    own = [[i.number for i in share if i.customer] for share in shares]
    assert sorted(own) == [[], [], ["536365", "C536379"]]


def test_the_hash_never_changes() -> None:
    assert stable_hash("customer 17850") == 2907580974


def test_shop_numbers_depend_on_the_country_alone() -> None:
    assert (shop_of("EIRE").number, shop_of("EIRE").country) == ("7012", "IE")
    assert shop_of("Atlantis").number == "758154"
    assert shop_of("Atlantis") == shop_of("Atlantis")
