"""The story as chapters of plain text: one source for the page to print and for the PDF."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import date_format
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from apps.audit.chain import moment
from apps.common import display
from apps.insights.story.reading import Proof, Told
from apps.returns.admin.story import Story
from apps.returns.states import ReturnStatus

_AGO = re.compile("<small.*?</small>")


@dataclass(frozen=True, slots=True)
class Table:
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str
    says: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


def chapters_of(story: Story, told: Sequence[Told], proof: Sequence[Proof]) -> list[Chapter]:
    """From the sale to the proof, in the order it happened. Times are UTC."""
    return [
        _sale(story), _request(story), _decision(story), *_override(story), _goods(story),
        _money(story), _events(story), _answers(told), _trail(proof),
    ]  # fmt: skip


def headline(story: Story) -> str:
    r = story.what
    words = [str(r.get_decision_display()), str(r.get_status_display())]
    amount = plain(display.money(r.refund_total_minor, r.currency))
    waits = r.status == ReturnStatus.NEEDS_OVERRIDE
    said = _("%(amount)s would go back") if waits else _("%(amount)s back to the customer")
    back = said % {"amount": amount}
    return f"{', '.join(dict.fromkeys(words))}. {back if r.refund_total_minor else _('No money goes back')}."


def plain(value: Any) -> str:
    """A value as pages show it, without its markup, and without how long ago it was."""
    text = html.unescape(strip_tags(_AGO.sub("", str(value)))).replace("\xa0", " ")
    return " ".join(text.split())


def _at(value: Any) -> str:
    return date_format(value, "Y-m-d H:i:s T") if value else ""


def _sale(story: Story) -> Chapter:
    r = story.what
    if r.sale is None:
        named = _("Receipt %(n)s was named, and no such sale is known here.") % {
            "n": r.receipt_number
        }
        return Chapter(
            _("The sale"),
            [named if r.receipt_number else _("The customer came without a receipt.")],
        )
    sale = r.sale
    text = _("Receipt %(n)s, %(at)s, shop %(shop)s, register %(register)s: %(total)s") % {
        "n": sale.receipt_number, "at": _at(sale.sold_at), "shop": sale.store.number,
        "register": sale.terminal_number, "total": plain(display.money(sale.total_minor, sale.currency)),
    }  # fmt: skip
    rows = [
        [f"{one.get_kind_display()} {one.card_brand} {one.last4 and '•••• ' + one.last4}".strip(),
         plain(display.money(one.amount_minor, sale.currency)),
         plain(display.money(one.refunded_minor, sale.currency))]
        for one in story.tenders
    ]  # fmt: skip
    return Chapter(
        _("The sale"), [text], [Table([_("Paid by"), _("Amount"), _("Gone back")], rows)]
    )


def _request(story: Story) -> Chapter:
    r = story.what
    says = [
        _("%(at)s: shop %(shop)s, register %(register)s, operator %(operator)s; heard %(heard)s") % {
            "at": _at(r.occurred_at), "shop": r.store.number, "register": r.terminal.number,
            "operator": r.operator_ref or "-", "heard": _at(r.received_at),
        }
    ]  # fmt: skip
    if r.clock_suspect:
        says.append(_("The register's clock is off; our time decided."))
    if story.request:
        says.append(_("Idempotency-Key %(key)s") % {"key": story.request.key})
    head = [_("Line"), _("Item"), _("Asked"), _("Reason"), _("Condition"), _("Serial number")]
    rows = [
        [str(one.number), str(one.item or one.sku or "?"), plain(display.quantity(one.requested_quantity)),
         story.reasons.get(one.reason, one.reason), story.conditions.get(one.condition, one.condition),
         one.serial_number]
        for one in story.lines
    ]  # fmt: skip
    return Chapter(_("The request"), says, [Table(head, rows)])


def _decision(story: Story) -> Chapter:
    to = {"operator": _("To the operator"), "customer": _("To the customer")}
    said = [f"{to.get(one.to, one.to)}: {one.text}" for one in story.reasons_given]
    version = story.what.policy_version
    by = (
        _("Decided by %(version)s") % {"version": version}
        if version
        else _("No policy was in force.")
    )
    rows = [
        [row.rule, str(row.line or _("all")), plain(row.says),
         "; ".join(f"{name}: {plain(display.shown(value))}" for name, value in row.inputs.items())]
        for row in story.trace
    ]  # fmt: skip
    head = [_("Rule"), _("Line"), _("What it said"), _("What it looked at")]
    return Chapter(_("The decision"), [*said, by], [Table(head, rows)])


def _override(story: Story) -> list[Chapter]:
    if not story.overrides:
        return []
    rows = [
        [plain(about), _("Allowed") if word.allowed else _("Not allowed"), word.approved_by,
         str(word.get_method_display()), word.reason, _at(word.at)]
        for word, about in story.ruled
    ]  # fmt: skip
    head = [_("About"), _("Word"), _("By"), _("Proved by"), _("Why"), _("When")]
    return [Chapter(_("A manager's word"), [], [Table(head, rows)])]


def _goods(story: Story) -> Chapter:
    currency = story.what.currency
    rows = [
        [str(one.number), str(one.item or ""), plain(display.quantity(one.authorized_quantity)),
         plain(display.quantity(one.received_quantity)), str(one.get_disposition_display()),
         plain(display.money(one.refund_minor, currency))]
        for one in story.lines
    ]  # fmt: skip
    rows += [
        [str(one.number), f"{one.item} ({_('goes out in exchange')})", plain(display.quantity(one.quantity)),
         "", "", "-" + plain(display.money(one.total_minor, currency))]
        for one in story.exchange
    ]  # fmt: skip
    moves = [
        [_at(one.recorded_at), str(one.item), plain(display.quantity(one.quantity)),
         str(one.get_bucket_display()), str(one.get_kind_display())]
        for one in story.movements
    ]  # fmt: skip
    head = [_("Line"), _("Item"), _("Allowed"), _("Received"), _("Goes to"), _("Worth")]
    moved = [_("When"), _("Item"), _("Quantity"), _("Where"), _("Stock movement")]
    says = [] if moves else [_("No stock has moved.")]
    tables = [Table(head, rows)] + ([Table(moved, moves)] if moves else [])
    return Chapter(_("The goods"), says, tables)


def _money(story: Story) -> Chapter:
    if not story.refunds:
        return Chapter(_("The money"), [_no_money(story)], _reckoning(story))
    rows = []
    for refund in story.refunds:
        steps = "; ".join(
            f"{step.get_kind_display()} {_at(step.at)}" for step in refund.events.all()
        )
        last4 = refund.sale_tender.last4 if refund.sale_tender else ""
        rows.append([
            f"{refund.get_kind_display()} {last4 and '•••• ' + last4}".strip(),
            plain(display.money(refund.amount_minor, refund.currency)),
            f"{refund.get_status_display()} {refund.failure_code}".strip(),
            f"{refund.gateway} {refund.provider_ref}".strip(), steps,
        ])  # fmt: skip
    head = [_("To"), _("Amount"), _("State"), _("Reference at the processor"), _("Step by step")]
    return Chapter(_("The money"), [], [*_reckoning(story), Table(head, rows)])


def _no_money(story: Story) -> str:
    waits = story.what.status == ReturnStatus.NEEDS_OVERRIDE and story.what.refund_total_minor
    return _("It goes back once a manager has allowed it.") if waits else _("No money goes back.")


def _reckoning(story: Story) -> list[Table]:
    currency = story.what.currency
    rows = [[words, plain(display.money(minor, currency))] for words, minor in story.reckoning]
    return [Table([_("How it comes about"), _("Amount")], rows)] if rows else []


def _events(story: Story) -> Chapter:
    rows = [[one.type, str(one.position or ""), _at(one.recorded_at)] for one in story.events]
    if not rows:
        return Chapter(_("Who was told"), [_("Nothing was told.")])
    return Chapter(
        _("Who was told"), [], [Table([_("Event"), _("Place in the feed"), _("When")], rows)]
    )


def _answers(told: Sequence[Told]) -> Chapter:
    title = _("What other systems answered")
    if not told:
        return Chapter(title, [_("No destination was to be told of it.")])
    rows = []
    for one in told:
        name = [one.delivery.destination.name, one.delivery.event_type]
        for tried in one.tried:
            call = tried.attempt.call
            rows.append(
                [*name, str(tried.attempt.number), _at(call.at), tried.answered, tried.said]
            )
        if not one.tried:
            rows.append([*name, "", "", str(one.delivery.get_status_display()), one.delivery.note])
    head = [_("Destination"), _("Event"), _("Attempt"), _("When"), _("Answered"), _("What it said")]
    return Chapter(title, [], [Table(head, rows)])


def _trail(proof: Sequence[Proof]) -> Chapter:
    rows = []
    for one in proof:
        place = f"{one.chain} / {one.seal.n}" if one.seal else _("not sealed yet")
        signed = _("with the next checkpoint")
        if one.checkpoint:
            signed = f"{one.checkpoint[0]}, {moment(one.checkpoint[1])}"
        rows.append([
            _at(one.entry.at), one.entry.actor_label, one.entry.action, one.entry.reason, place, signed,
            one.hash[:16],
        ])  # fmt: skip
    head = [
        _("When"),
        _("Who"),
        _("What"),
        _("Why"),
        _("Shop / number"),
        _("Checkpoint"),
        _("Hash"),
    ]
    return Chapter(_("The trail and its proof"), [], [Table(head, rows)])
