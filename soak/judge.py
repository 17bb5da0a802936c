"""The books, held against what every register was promised. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from soak.books import Books, RefundRow
from soak.journal import Entry

_STATUS = {"authorize": "authorized", "complete": "completed"}


@dataclass(slots=True)
class Findings:
    """Sentences, one for each thing that is wrong."""

    lost: list[str] = field(default_factory=list)  # promised, and not there
    doubled: list[str] = field(default_factory=list)  # there, or paid, more than once
    stuck: list[str] = field(default_factory=list)  # begun, and not brought to its end
    refused: list[str] = field(default_factory=list)  # asked for in good order, and not granted


def judge(entries: Sequence[Entry], books: Books) -> Findings:
    """Everything that is not as it must be once all registers and workers have come to rest."""
    findings = Findings()
    _judge_answers(entries, findings)
    _judge_sales(entries, books, findings)
    _judge_returns(entries, books, findings)
    _judge_effects(entries, books, findings)
    _judge_money(books, findings)
    return findings


def _judge_answers(entries: Iterable[Entry], findings: Findings) -> None:
    for entry in entries:
        wanted = _STATUS.get(entry.what)
        if entry.refused:
            findings.refused.append(f"{entry.key}: {entry.refused}")
        elif entry.answer is None:
            findings.stuck.append(f"{entry.key}: never answered")
        elif wanted and entry.answer["status"] != wanted:
            findings.refused.append(f"{entry.key}: {entry.answer['status']}")


def _judge_sales(entries: Iterable[Entry], books: Books, findings: Findings) -> None:
    kept = Counter(books.sales)
    for entry in entries:
        if entry.what == "sale" and entry.answer is not None and not kept[entry.receipt]:
            findings.lost.append(f"{entry.key}: the sale is not there")
    findings.doubled += [f"sale {receipt}: {n} times" for receipt, n in kept.items() if n > 1]


def _judge_returns(entries: Iterable[Entry], books: Books, findings: Findings) -> None:
    """A register takes each sale back once, so that one return for a receipt is what may be there."""
    by_id = {row.id: row for row in books.returns}
    promised: dict[str, Entry] = {}
    for entry in entries:
        if entry.what in _STATUS and entry.answer is not None:
            promised[str(entry.answer["id"])] = entry  # the last word on it
    for return_id, entry in promised.items():
        row, answer = by_id.get(return_id), entry.answer or {}
        if row is None:
            findings.lost.append(f"{entry.key}: return {return_id} is not there")
        elif row.status != answer["status"] or row.refund_total != answer["refund_total"]:
            now = f"{row.status}, {row.refund_total}"
            findings.lost.append(
                f"{entry.key}: was {answer['status']}, {answer['refund_total']}; is {now}"
            )
    counts = Counter(row.receipt for row in books.returns)
    findings.doubled += [
        f"receipt {receipt}: {n} returns" for receipt, n in counts.items() if n > 1
    ]
    findings.stuck += [
        f"return {row.id}: still {row.status}"
        for row in books.returns
        if row.status == "authorized"
    ]


def _judge_effects(entries: Iterable[Entry], books: Books, findings: Findings) -> None:
    """One stored answer for each key, and one key for each effect."""
    keys = Counter(key for key, _ in books.answered)
    effects = Counter(effect for _, effect in books.answered if effect)
    for entry in entries:
        if entry.answer is not None and not keys[entry.key]:
            findings.lost.append(f"{entry.key}: its answer is not there")
    findings.doubled += [f"key {key}: {n} answers" for key, n in keys.items() if n > 1]
    findings.doubled += [f"{effect}: under {n} keys" for effect, n in effects.items() if n > 1]


def _judge_money(books: Books, findings: Findings) -> None:
    refunds: defaultdict[str, list[RefundRow]] = defaultdict(list)
    for refund in books.refunds:
        refunds[refund.return_id].append(refund)
    for row in books.returns:
        if row.status != "completed":
            continue
        due = sum(refund.amount for refund in refunds[row.id])
        if due != row.refund_total:
            kind = findings.doubled if due > row.refund_total else findings.lost
            kind.append(f"return {row.id}: refunds of {due} for {row.refund_total}")
        tenders = Counter(refund.tender for refund in refunds[row.id])
        findings.doubled += [
            f"return {row.id}: tender {t} twice" for t, n in tenders.items() if n > 1
        ]
        for refund in refunds[row.id]:
            _judge_refund(refund, findings)


def _judge_refund(refund: RefundRow, findings: Findings) -> None:
    if refund.status != "succeeded":
        findings.stuck.append(f"refund {refund.id}: {refund.status}")
    elif refund.electronic and refund.times_paid == 0:
        findings.lost.append(f"refund {refund.id}: the processor has not paid it")
    elif refund.electronic and (refund.times_paid, refund.paid) != (1, refund.amount):
        findings.doubled.append(
            f"refund {refund.id}: {refund.times_paid} times, {refund.paid} for {refund.amount}"
        )
