"""What waits for a manager, longest first: a page of cards, and what whoever looks may do with each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.approvals.models import Approver
from apps.approvals.selectors import approver_of
from apps.returns.commands import Message
from apps.returns.models import CustomerReturn, ReturnLine
from apps.returns.selectors import said
from apps.returns.services.overriding import refusal_of
from apps.returns.states import ReturnStatus

PAGE = 50


@dataclass(frozen=True, slots=True)
class Card:
    """A return that waits. `hindered` says why it is not theirs to rule on, `beyond` why not to allow."""

    what: CustomerReturn
    hindered: str
    beyond: str

    @property
    def reasons(self) -> list[Message]:
        messages = [said(m) for m in self.what.messages if m["to"] == "operator"]
        return messages or [said({"to": "operator", "code": "ok"})]

    @property
    def lines(self) -> list[ReturnLine]:
        return sorted(self.what.lines.all(), key=lambda line: line.number)

    @property
    def worth(self) -> int:
        """Of the goods, less the fee, in minor units."""
        return worth_of(self.what)


@dataclass(frozen=True, slots=True)
class Board:
    cards: list[Card]
    approver: Approver | None
    sees_all: bool
    after: str
    """Where the next page begins; empty on the last."""
    at: datetime


def read_board(user: User, *, after: str, now: datetime) -> Board:
    """Five statements, however many wait; without an approver's shops only for who sees everything."""
    approver = approver_of(user.pk)
    sees_all = user.has_perm("audit.view_auditentry")
    rows = _waiting(now).select_related("store", "terminal")
    if not sees_all:
        rows = rows.filter(_in_reach(approver))
    page = list(_behind(rows, after).prefetch_related("lines__item")[: PAGE + 1])
    more = _place_of(page[PAGE - 1]) if len(page) > PAGE else ""
    cards = [card_of(row, approver) for row in page[:PAGE]]
    return Board(cards, approver, sees_all, more, now)


def find_card(return_id: UUID, user: User, *, now: datetime) -> Card | None:
    """One that still waits; None when it does not, or is not theirs to see."""
    approver = approver_of(user.pk)
    rows = _waiting(now).select_related("store", "terminal").prefetch_related("lines__item")
    found = rows.filter(pk=return_id).first()
    if found is None:
        return None
    seen = user.has_perm("audit.view_auditentry") or rows.filter(_in_reach(approver), pk=return_id)
    return card_of(found, approver) if seen else None


def card_of(waiting: CustomerReturn, approver: Approver | None) -> Card:
    if approver is None:
        return Card(waiting, _("Your log-in belongs to no approver."), "")
    hindered = refusal_of(approver, waiting)
    beyond = (
        ""
        if approver.reach.allows(worth_of(waiting), waiting.currency)
        else _("More than your level allows.")
    )
    return Card(waiting, hindered.detail if hindered else "", beyond)


def worth_of(waiting: CustomerReturn) -> int:
    return waiting.line_total_minor - waiting.fee_total_minor


def _waiting(now: datetime) -> QuerySet[CustomerReturn]:
    found = CustomerReturn.objects.filter(status=ReturnStatus.NEEDS_OVERRIDE, expires_at__gt=now)
    return found.defer("trace").order_by("received_at", "pk")


def _in_reach(approver: Approver | None) -> Q:
    if approver is None:
        return Q(pk__in=[])
    reach = approver.reach
    if reach.everywhere:
        return Q()
    return Q(store_id__in=reach.stores) | Q(store__region_id__in=reach.regions)


def _place_of(row: CustomerReturn) -> str:
    return f"{row.received_at.isoformat()}_{row.pk}"


def _behind(rows: QuerySet[CustomerReturn], after: str) -> QuerySet[CustomerReturn]:
    at, _sep, pk = after.partition("_")
    try:
        moment, key = datetime.fromisoformat(at), UUID(pk)
    except ValueError:
        return rows
    if moment.tzinfo is None:
        return rows
    return rows.filter(Q(received_at__gt=moment) | Q(received_at=moment, pk__gt=key))
