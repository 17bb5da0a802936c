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
from apps.common.admin.scope import Shops, within
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
    after: str
    """Where the next page begins; empty on the last."""
    at: datetime


def read_board(user: User, shops: Shops, *, after: str, now: datetime) -> Board:
    """What waits in the shops that they see; four statements or so, however many wait."""
    approver = approver_of(user.pk)
    rows = _behind(_waiting(shops, now), after)
    page = list(rows[: PAGE + 1])
    more = _place_of(page[PAGE - 1]) if len(page) > PAGE else ""
    return Board([card_of(row, approver) for row in page[:PAGE]], approver, more, now)


def find_card(return_id: UUID, user: User, shops: Shops, *, now: datetime) -> Card | None:
    """One that still waits; None when it does not, or is not theirs to see."""
    found = _waiting(shops, now).filter(pk=return_id).first()
    return card_of(found, approver_of(user.pk)) if found else None


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


def _waiting(shops: Shops, now: datetime) -> QuerySet[CustomerReturn]:
    found = CustomerReturn.objects.filter(status=ReturnStatus.NEEDS_OVERRIDE, expires_at__gt=now)
    rows = found.select_related("store", "terminal").prefetch_related("lines__item")
    return within(rows, "store_id", shops).defer("trace").order_by("received_at", "pk")


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
