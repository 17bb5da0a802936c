"""Files of registers as spreadsheets save them: what is read, and what is sent back."""

from __future__ import annotations

import codecs

import pytest

from apps.terminals.policy.register_file import (
    EXAMPLE,
    FileRefused,
    RegisterLine,
    read_register_file,
)

HEAD = "shop,number,label,profile,hardware\n"


def test_a_file_is_read_line_by_line() -> None:
    raw = f'{HEAD}0042,01,"Till, by the door",Register,NCR\n\n 0042 , 02 ,,Register,\n'.encode()

    assert read_register_file(raw) == [
        RegisterLine(2, "0042", "01", "Till, by the door", "Register", "NCR"),
        RegisterLine(4, "0042", "02", "", "Register", ""),
    ]


def test_semicolons_a_byte_order_mark_and_other_orders_of_columns_are_fine() -> None:
    raw = codecs.BOM_UTF8 + b"Number;PROFILE;Shop\r\n01;Register;0042\r\n"

    assert read_register_file(raw) == [RegisterLine(2, "0042", "01", "", "Register", "")]


def test_a_quoted_cell_may_run_over_lines_and_the_count_goes_on() -> None:
    raw = f'{HEAD}0042,01,"Till\nby the door",Register,\n0042,02,,Register,\n'.encode()

    lines = read_register_file(raw)

    assert [(line.line, line.label) for line in lines] == [(2, "Till by the door"), (4, "")]


def test_formulas_are_text() -> None:
    raw = f'{HEAD}0042,01,"=1+1",Register,@SUM(A1)\n'.encode()

    assert read_register_file(raw)[0].label == "=1+1"


def test_the_example_is_such_a_file() -> None:
    assert [line.number for line in read_register_file(EXAMPLE.encode())] == ["01", "02"]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "Missing: shop, number, profile."),
        (HEAD.encode(), "There is no line below the header."),
        (b"shop,number\n0042,01\n", "Missing: profile."),
        (b"shop,number,profile,colour\n1,2,3,4\n", "Unknown column: colour."),
        (b"shop,number,profile,shop\n1,2,3,4\n", "A column is named twice."),
        (HEAD.encode() + b"0042,01,\xe9,Register,\n", "The file is not UTF-8."),
        (HEAD.encode("utf-16"), "The file is not UTF-8."),
        (b"PK\x03\x04\x00\x00", "This is no text file."),
        (f'{HEAD}0042,01,"Till,Register,\n'.encode(), "Line 2 cannot be read"),
        (f"{HEAD}0042,01,Till,Register,NCR,more\n".encode(), "Line 2 has more cells"),
        (f"{HEAD}0042,01,4111 1111 1111 1111,Register,\n".encode(), "Line 2 carries a card number"),
        (HEAD.encode() + b"0042,01,,Register,\n" * 2001, "More than 2000 lines."),
        (HEAD.encode() + b" " * 1024 * 1024, "larger than 1 MiB"),
    ],
)
def test_what_is_no_such_file_is_sent_back_with_a_reason(raw: bytes, said: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_register_file(raw)

    assert said in refused.value.detail
    assert "4111" not in refused.value.detail
