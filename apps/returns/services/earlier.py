"""What had come back of sale lines, or was promised, when a return was decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from apps.audit.models import AuditEntry
from apps.returns.models import CustomerReturn, ReturnLine
from apps.returns.policy import pricing
from apps.returns.policy.pricing import Worth
from apps.returns.states import ReturnStatus
from apps.sales.commands import LineOfSale

BEGAN = ("return.authorized", "return.completed")
ENDED = ("return.voided", "return.expired")
_PLAIN = (ReturnStatus.AUTHORIZED, ReturnStatus.COMPLETED)


@dataclass(frozen=True, slots=True)
class Life:
    """From when to when a return held its units. `began` None: from its beginning."""

    began: datetime | None
    ended: datetime | None

    def holds(self, at: datetime) -> bool:
        return (self.began is None or self.began <= at) and (self.ended is None or at < self.ended)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The returns of some sale lines, in the order in which they were made, and their lives."""

    by_line: Mapping[int, Sequence[ReturnLine]]
    lives: Mapping[UUID, Life]

    def before(self, case: CustomerReturn, sold: LineOfSale) -> LineOfSale:
        """The sale line as `case` found it. What of one sale is returned is decided one by one, so
        the ids, made under its lock, have the order."""
        line = replace(
            sold, authorized_quantity=Decimal(0), returned_quantity=Decimal(0), refunded_minor=0,
            taxes=tuple(replace(tax, refunded_minor=0) for tax in sold.taxes),
        )  # fmt: skip
        at = case.received_at
        for one in self.by_line.get(sold.id, ()):
            made = one.customer_return
            if made.pk < case.pk and self.lives[made.pk].holds(at):
                line = _with(line, one, at)
        return line


def load_earlier(sale_line_ids: Iterable[int | None]) -> Earlier:
    """All that was ever allowed of these sale lines; two statements."""
    ids = sorted({one for one in sale_line_ids if one is not None})
    by_line: dict[int, list[ReturnLine]] = defaultdict(list)
    held = ReturnLine.objects.filter(sale_line__in=ids, authorized_quantity__gt=0)
    made = {}
    for line in held.select_related("customer_return").order_by("customer_return", "number"):
        assert line.sale_line_id is not None
        by_line[line.sale_line_id].append(line)
        made[line.customer_return_id] = line.customer_return
    return Earlier(by_line, _lives(made.values()))


def _lives(returns: Iterable[CustomerReturn]) -> dict[UUID, Life]:
    """Most hold from their beginning to this day; when the others did, the trail knows."""
    lives, asked = {}, []
    for one in returns:
        lives[one.pk] = Life(None, None)
        if one.waived or one.status not in _PLAIN:
            asked.append(str(one.pk))
    if asked:
        began: dict[str, datetime] = {}
        ended: dict[str, datetime] = {}
        entries = AuditEntry.objects.filter(subject_type="return", subject_id__in=asked)
        rows = entries.filter(action__in=BEGAN + ENDED).order_by("id")
        for subject, action, at in rows.values_list("subject_id", "action", "at"):
            (began if action in BEGAN else ended).setdefault(subject, at)
        for key in asked:
            lives[UUID(key)] = Life(began.get(key), ended.get(key))
    return lives


def _with(sold: LineOfSale, one: ReturnLine, at: datetime) -> LineOfSale:
    """The sale line after this return's; promised ones that came later in smaller number, promised
    whole."""
    completed = one.customer_return.completed_at
    arrived = completed is not None and completed <= at
    quantity = one.received_quantity if arrived else one.authorized_quantity
    if completed is not None and quantity != one.received_quantity:
        worth = pricing.price(sold, quantity)
    else:
        taxes = tuple((tax_id, minor) for tax_id, minor in one.taxes)
        worth = Worth(one.refund_minor, one.net_minor, one.tax_minor, taxes)
    after = pricing.after(sold, quantity, worth)
    if not arrived:
        return after
    return replace(
        after,
        authorized_quantity=sold.authorized_quantity,
        returned_quantity=sold.returned_quantity + quantity,
    )
