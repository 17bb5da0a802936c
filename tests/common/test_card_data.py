"""No card number gets in, in whatever way it is written; and what is none passes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.books import books, nothing_changes
from tests.world import Register, changed, problem, return_body, sale_body, to_bytes

VISA = "4111111111111111"
TAIL = VISA[6:12]
FULL_WIDTH = {**{ord(d): 0xFF10 + int(d) for d in "0123456789"}, ord(" "): 0x3000}
WRITTEN = {
    "plain": VISA,
    "spaces": "4111 1111 1111 1111",
    "dashes": "4111-1111-1111-1111",
    "full-width digits": VISA.translate(FULL_WIDTH),
    "full-width, spaced": "4111 1111 1111 1111".translate(FULL_WIDTH),
    "no-break spaces": "4111\u00a01111\u00a01111\u00a01111",
    "Arabic digits": VISA.translate({ord(d): 0x660 + int(d) for d in "0123456789"}),
    "in a sentence": f"paid with {VISA}, exp. 12/26",
    "in brackets": f"({VISA})",
    "behind an underscore": f"pi_{VISA}",
    "on a line of its own": f"card:\n{VISA}\nthanks",
    "Amex in groups": "3782 822463 10005",
    "Mastercard, 2-series": "2223003122003222",
    "19 digits": "4000000000000000006",
    "track 1": f"%B{VISA}^DOE/JOHN^2512101",
    "track 2": f";{VISA}=25121010000",
}
# In the JSON text itself, where the strings above would be written otherwise.
RAW = {
    "as a number": VISA.encode(),
    "as a number with a fraction": VISA.encode() + b".0",
    "first digit escaped": rb'"\u0034111111111111111"',
    "all escaped": b'"' + b"".join(rb"\u%04x" % ord(digit) for digit in VISA) + b'"',
    "escaped full-width": b'"' + b"".join(rb"\uff1%d" % int(digit) for digit in VISA) + b'"',
    "behind an escape": rb'"card\n4111111111111111"',
    "as a key": b'{"4111111111111111": 1}',
    "deep in what is unknown": b'{"a": [{"b": "4111111111111111"}]}',
}
SALE_PLACES = ("customer", "operator", "lines[0].description", "tenders[0].gateway_ref")
PASSES = {
    "receipt that begins like a Visa": "4042-03-261120-1187",
    "receipt": "0042-03-261120-1187-K7QF",
    "EAN-13": "4006381333931",
    "GTIN-14": "14006381333938",
    "IMEI": "490154203237518",
    "16 digits of no issuer": "1234567812345670",
    "wrong check digit": "4111111111111112",
    "UUID": "01932f6e-4111-7111-9111-111111111111",
    "groups nobody prints": "411111-1111-111111",
    "time stamps": "20261120164109 20261120164110",
}


def _refused(response: Any, caplog: pytest.LogCaptureFixture) -> None:
    document = problem(response, 422, "card-data-refused")
    assert document["errors"] == []
    everything = [response.content.decode(), str(response.headers), caplog.text, str(books())]
    assert [text for text in everything if TAIL in text.replace(" ", "").replace("-", "")] == []


@pytest.mark.parametrize("case", WRITTEN)
def test_a_sale_with_a_card_number_is_refused(
    register: Register, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    for place in SALE_PLACES:
        body = changed(sale_body(), place, WRITTEN[case])
        with nothing_changes():
            _refused(register.post("sales", body), caplog)


@pytest.mark.parametrize("case", WRITTEN)
def test_a_return_with_a_card_number_is_refused(
    register: Register, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    sale = register.sell()
    body = return_body(sale, customer=WRITTEN[case])
    with nothing_changes():
        _refused(register.post("returns", body), caplog)
        _refused(register.post("returns/quote", body), caplog)


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("case", WRITTEN)
def test_escapes_hide_no_card_number(
    register: Register, case: str, ascii_only: bool, caplog: pytest.LogCaptureFixture
) -> None:
    raw = json.dumps(sale_body(customer=WRITTEN[case]), ensure_ascii=ascii_only).encode()
    with nothing_changes():
        _refused(register.send("sales", raw), caplog)


@pytest.mark.parametrize("path", ["sales", "sales/batch", "returns", "stock/counts"])
@pytest.mark.parametrize("case", RAW)
def test_a_card_number_in_json_of_any_shape_is_refused(
    register: Register, case: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    raw = to_bytes(sale_body(customer="HERE")).replace(b'"HERE"', RAW[case])
    with nothing_changes():
        _refused(register.send(path, raw), caplog)


@pytest.mark.parametrize("key", [VISA, f'"{VISA}"', "4111-1111-1111-1111", f"key:{VISA}"])
def test_a_card_number_as_idempotency_key_is_refused(
    register: Register, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    with nothing_changes():
        _refused(register.post("sales", sale_body(), key=key), caplog)


@pytest.mark.parametrize(
    "address",
    [
        f"sales/{VISA}",
        "sales/4111%201111%201111%201111",
        "sales/%34111111111111111",
        f"sales/search?customer={VISA}",
        "sales/search?customer=4111+1111+1111+1111",
        "sales/search?customer=%EF%BC%94111111111111111",
        f"returns?{VISA}=1",
    ],
)
def test_a_card_number_in_an_address_is_refused(
    register: Register, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = register.client.get(f"/api/v1/{address}", headers=register._headers())
    with nothing_changes():
        _refused(response, caplog)


def test_a_card_number_as_request_id_is_replaced(register: Register) -> None:
    response = register.post("sales", sale_body(), **{"X-Request-Id": VISA})
    assert response.status_code == 201
    assert VISA not in response["X-Request-Id"]
    assert VISA not in str(books())


def test_a_card_number_as_user_agent_is_not_kept(register: Register) -> None:
    response = register.post("sales", sale_body(), **{"User-Agent": f"till/1 {VISA}"})
    assert response.status_code == 201
    register.terminal.refresh_from_db()
    assert register.terminal.seen.software_version == "till/1 [card number removed]"


@pytest.mark.parametrize("case", PASSES)
def test_numbers_that_are_no_card_numbers_pass(register: Register, case: str) -> None:
    sale = sale_body(receipt_number=PASSES[case], customer=PASSES[case])
    assert register.post("sales", sale).status_code == 201
    assert register.get(f"sales/{PASSES[case]}").json()["customer"] == PASSES[case]
    assert register.take_back(sale).json()["decision"] == "approved"
