"""Three real months, where the machine has them: what the file alone decides."""

from __future__ import annotations

from pathlib import Path

from client.replay.classify import Category
from client.replay.invoices import read_book
from client.replay.lines import Line, read_lines
from client.replay.messages import sale_body
from client.replay.shops import shop_of


def test_every_real_line_has_its_place(real_data: Path) -> None:
    book = read_book(read_lines(real_data))
    played = sum(len(invoice.entries) for invoice in book.invoices)
    assert played + sum(book.settled.values()) == book.line_count
    assert book.settled[Category.MALFORMED] == 0


def test_every_real_sale_adds_up_and_is_small_enough(real_data: Path) -> None:
    for invoice in read_book(read_lines(real_data)).invoices:
        if invoice.entries and not invoice.cancels:
            body = sale_body(invoice)
            assert sum(line["total"] for line in body["lines"]) == body["total"] > 0


def test_every_real_country_has_a_number_of_its_own(real_data: Path) -> None:
    countries = {line.country for line in read_lines(real_data) if isinstance(line, Line)}
    assert len({shop_of(country).number for country in countries}) == len(countries)
    assert all(len(shop_of(country).number) == 4 for country in countries)
