"""One line of the CSV file, read without guessing: exact numbers or a reason why not."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

from client.errors import ClientError
from client.replay.packed import read_bytes

COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
# The seller's one clock: every time in the file is its own, whatever the customer's country.
LONDON = ZoneInfo("Europe/London")
# Plain: a sale. C: a cancellation. A: the books are adjusted. No other letter has a meaning here.
INVOICE_NUMBER = re.compile(r"[AC]?\d{1,9}")
WHOLE_AS_FLOAT = re.compile(r"(\d+)\.0+")
LARGEST = Decimal(10) ** 9


class DataError(ClientError):
    """The file as a whole cannot be read."""


@dataclass(frozen=True, slots=True)
class Line:
    """A readable line. `number` is where it stands in the file, `unit_price` is in pence."""

    number: int
    invoice: str
    sku: str
    description: str
    quantity: Decimal
    at: datetime
    unit_price: int
    customer: str | None
    country: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """A line that cannot be read, and why. It is counted, never dropped."""

    number: int
    reason: str


def read_lines(path: Path) -> Iterator[Line | Malformed]:
    """Every line after the header, in file order; the file may be gzipped."""
    reader = csv.reader(io.StringIO(_decode(read_bytes(path)), newline=""))
    header = [name.strip() for name in next(reader, [])]
    if header != list(COLUMNS):
        raise DataError(f"{path.name}: expected the columns {', '.join(COLUMNS)}")
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            yield Malformed(reader.line_num, str(exc))
            continue
        yield parse_row(row, reader.line_num)


def parse_row(row: Sequence[str], number: int) -> Line | Malformed:
    """The line, or what is wrong with it."""
    if len(row) != len(COLUMNS):
        return Malformed(number, f"{len(row)} columns instead of {len(COLUMNS)}")
    invoice, sku, description, quantity, at, price, customer, country = (v.strip() for v in row)
    try:
        line = Line(
            number=number,
            invoice=_invoice_number(invoice),
            # 15056bl and 15056BL are the same goods: one person types small, the other does not.
            sku=_filled(sku, "stock code").upper(),
            description=description,
            quantity=_quantity(quantity),
            at=_moment(at),
            unit_price=_pence(price),
            customer=_customer(customer),
            country=country or "Unspecified",
        )
    except ValueError as exc:
        return Malformed(number, str(exc))
    if line.invoice.startswith("C") and line.quantity > 0:
        return Malformed(number, "a cancellation with a positive quantity")
    return line


def _invoice_number(text: str) -> str:
    number = text.upper()
    if not INVOICE_NUMBER.fullmatch(number):
        raise ValueError(f"not an invoice number: {text!r}")
    return number


def _filled(text: str, what: str) -> str:
    if not text:
        raise ValueError(f"no {what}")
    return text


def _decimal(text: str, what: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"not a {what}: {text!r}") from None
    if not value.is_finite() or abs(value) >= LARGEST:
        raise ValueError(f"not a {what}: {text!r}")
    return value


def _quantity(text: str) -> Decimal:
    value = _decimal(text, "quantity")
    if value != value.quantize(Decimal("0.001")):
        raise ValueError(f"quantity finer than a thousandth: {text!r}")
    return value


def _pence(text: str) -> int:
    return int((_decimal(text, "price") * 100).quantize(Decimal(1), ROUND_HALF_UP))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"not a time: {text!r}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


def _customer(text: str) -> str | None:
    # Spreadsheets make 17850.0 of 17850 as soon as one customer in the column is missing.
    whole = WHOLE_AS_FLOAT.fullmatch(text)
    return whole.group(1) if whole else text or None


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Pound signs in the vouchers' descriptions; older copies of the set are in Latin-1.
        return content.decode("latin-1")
