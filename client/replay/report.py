"""The figures of a run, as one JSON object and as tables of the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from client.replay.classify import Category
from client.replay.invoices import Book
from client.replay.messages import CURRENCY, quantity_text
from client.replay.tally import ALREADY_THERE, APPROVED, CONFLICT, NEW, REFUSED, Tally
from client.transport import JsonObject


@dataclass(frozen=True, slots=True)
class Effort:
    """What this run, and only this run, took."""

    calls: int
    seconds: float

    @property
    def calls_per_second(self) -> float:
        return self.calls / self.seconds if self.seconds else 0.0


def adds_up(book: Book, tally: Tally) -> bool:
    """True when every CSV line is in exactly one category."""
    return sum(tally.lines.values()) == book.line_count


def build_report(book: Book, tally: Tally, effort: Effort) -> JsonObject:
    """All figures; amounts in minor units of `currency`, `units` as decimal strings."""
    cancelled = sum(n for c, n in tally.lines.items() if c.name.startswith("CANCEL_"))
    matched = tally.lines[Category.CANCEL_FULL] + tally.lines[Category.CANCEL_PARTLY]
    return {
        "csv_lines": book.line_count,
        "csv_invoices": book.invoice_count,
        "invoices_played": tally.invoices,
        "lines_by_category": {c.value: tally.lines[c] for c in Category},
        "lines_sum": sum(tally.lines.values()),
        "lines_add_up": adds_up(book, tally),
        "sales": {
            status: tally.sales[status] for status in (NEW, ALREADY_THERE, CONFLICT, REFUSED)
        },
        "cancellation_lines": cancelled,
        "cancellation_lines_matched": matched,
        "cancelled_units": {
            what: quantity_text(Decimal(units) / 1000)
            for what, units in sorted(tally.units.items())
        },
        "returns": {
            "approved": tally.returns[APPROVED],
            "not_approved": sum(tally.denied.values()),
            "already_there": tally.returns[ALREADY_THERE],
            "refused": tally.returns[REFUSED],
        },
        "not_approved_by_code": dict(sorted(tally.denied.items())),
        "refused_by_code": dict(sorted(tally.refused.items())),
        "currency": CURRENCY,
        "refunds": {
            kind: {"count": count, "amount": tally.refund_amount[kind]}
            for kind, count in sorted(tally.refund_count.items())
        },
        "malformed_lines": [{"line": m.number, "reason": m.reason} for m in book.malformed],
        "calls": effort.calls,
        "calls_per_second": round(effort.calls_per_second, 1),
        "seconds": round(effort.seconds, 1),
    }


def print_report(report: JsonObject, console: Console) -> None:
    table = Table("figure", title="Replay of real sales", title_justify="left")
    table.add_column("count", justify="right")
    table.add_column("amount", justify="right")
    table.add_row("CSV lines", f"{report['csv_lines']:,}")
    table.add_row("CSV invoices", f"{report['csv_invoices']:,}")
    table.add_row("invoices played", f"{report['invoices_played']:,}", end_section=True)
    _add_counts(table, report["lines_by_category"])
    verdict = "" if report["lines_add_up"] else "  ≠ CSV lines"
    table.add_row(f"sum of all categories{verdict}", f"{report['lines_sum']:,}", end_section=True)
    _add_counts(table, report["sales"], "sales, ")
    table.add_section()
    table.add_row("cancellation lines", f"{report['cancellation_lines']:,}")
    table.add_row("  of which matched", f"{report['cancellation_lines_matched']:,}")
    for what, units in report["cancelled_units"].items():
        table.add_row(f"  units {what}", units)
    table.add_section()
    _add_counts(table, report["returns"], "returns, ")
    _add_counts(table, report["not_approved_by_code"], "  ")
    _add_counts(table, report["refused_by_code"], "  requests refused: ")
    table.add_section()
    for kind, refund in report["refunds"].items():
        amount = format_amount(refund["amount"], report["currency"])
        table.add_row(f"refunded to {kind}", f"{refund['count']:,}", amount)
    table.add_section()
    table.add_row("calls", f"{report['calls']:,}")
    table.add_row("calls per second", f"{report['calls_per_second']:,}")
    table.add_row("seconds", f"{report['seconds']:,}")
    console.print(table)
    for malformed in report["malformed_lines"]:
        console.print(f"malformed line {malformed['line']}: {malformed['reason']}", markup=False)


def format_amount(minor: int, currency: str) -> str:
    """Pence as pounds: 123456 → "1,234.56 GBP"."""
    whole, rest = divmod(minor, 100)
    return f"{whole:,}.{rest:02d} {currency}"


def _add_counts(table: Table, counts: Mapping[str, int] | Counter[str], prefix: str = "") -> None:
    for name, count in counts.items():
        table.add_row(prefix + name.replace("_", " "), f"{count:,}")
