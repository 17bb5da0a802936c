"""The figures of the home page: twelve statements, each on an index, none over a whole big table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    Min,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Left, TruncHour

from apps.approvals.models import Approver
from apps.audit.models import AuditEntry, Checkpoint, UnsealedEntry
from apps.common.admin.scope import Shops, within
from apps.common.encrypted import encrypted_fields
from apps.common.keyring import MARK_LENGTH, keyring
from apps.events.models import Event, FeedHead
from apps.insights.models import Alert, Heartbeat, VerifyRun
from apps.insights.states import OF_DESTINATIONS
from apps.inventory.models import Item, StockCount
from apps.refunds.models import Refund
from apps.refunds.states import OPEN, RefundStatus
from apps.returns.models import CustomerReturn, PolicyVersion
from apps.returns.states import ReturnStatus, VersionStatus
from apps.sales.models import Sale, SaleConflict
from apps.sales.states import ConflictStatus
from apps.stores.models import Store
from apps.terminals.models import Notice, Terminal
from apps.terminals.states import REMINDERS, TerminalStatus

OVERDUE = timedelta(minutes=1)
ATTENTION_SHOWN = 12
COUNTS_SINCE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the parts of the system are, out of one statement."""

    in_feed: int
    unplaced: int
    oldest_unplaced: datetime | None
    oldest_unsealed: datetime | None
    signed: datetime | None
    trail_began: datetime | None
    conflicts: int
    beat: datetime | None
    unlisted: int
    notices: int
    to_approve: int
    locked_approvers: int
    has_store: bool
    has_policy: bool
    lost_secrets: bool
    old_secrets: bool


@dataclass(frozen=True, slots=True)
class OpenRefunds:
    on_its_way: int
    unknown: int
    needs_customer: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Of the inventory: shelf counts, and those among them that found what was expected."""

    counts: int
    agreed: int

    @property
    def per_mille(self) -> int:
        """Rounded down: what is not quite right never shows as 100 %."""
        return self.agreed * 1000 // self.counts if self.counts else 0


@dataclass(frozen=True, slots=True)
class Fleet:
    """Active registers, and how many of them were heard of in the last 24 hours."""

    active: int
    seen: int


def read_pulse(now: datetime) -> Pulse:
    unplaced = Event.objects.filter(position=None)
    row = (
        FeedHead.objects.filter(pk=1)
        .annotate(
            in_feed=F("last_position"),
            unplaced=_one(unplaced, Count("pk")),
            oldest_unplaced=_one(unplaced, Min("recorded_at")),
            oldest_unsealed=_one(UnsealedEntry.objects.all(), Min("noted_at")),
            signed=_one(Checkpoint.objects.all(), Max("at")),
            trail_began=Subquery(AuditEntry.objects.order_by("pk").values("at")[:1]),
            conflicts=_one(_conflicts(now), Count("pk")),
            beat=_one(Heartbeat.objects.filter(name="beat"), Min("at")),
            unlisted=_one(Item.objects.filter(unlisted=True), Count("pk")),
            notices=_one(_notices(), Count("pk")),
            to_approve=_one(_waiting(now), Count("pk")),
            locked_approvers=_one(
                Approver.objects.filter(locked_at__isnull=False, is_active=True), Count("pk")
            ),
            has_store=Exists(Store.objects.all()),
            has_policy=Exists(PolicyVersion.objects.filter(status=VersionStatus.PUBLISHED)),
            lost_secrets=_stored_beyond(keyring().marks),
            old_secrets=_stored_beyond(keyring().marks[:1]),
        )
        .values(*(field.name for field in fields(Pulse)))
        .get()
    )
    return Pulse(**{**row, **{name: row[name] or 0 for name in _COUNTED}})


# Over no rows a count of ours is NULL.
_COUNTED = ("unplaced", "conflicts", "unlisted", "notices", "to_approve", "locked_approvers")


def _conflicts(now: datetime) -> QuerySet[SaleConflict]:
    """Those of the last day that nobody has settled."""
    return SaleConflict.objects.filter(
        status=ConflictStatus.OPEN, last_at__gte=now - timedelta(days=1)
    )


def _notices() -> QuerySet[Notice]:
    """Open ones about registers that are more than a reminder."""
    return Notice.objects.filter(cleared_at=None).exclude(kind__in=REMINDERS)


def _waiting(now: datetime) -> QuerySet[CustomerReturn]:
    """Returns that wait for a manager's word."""
    return CustomerReturn.objects.filter(status=ReturnStatus.NEEDS_OVERRIDE, expires_at__gt=now)


def read_of_shops(now: datetime, shops: frozenset[int]) -> Pulse:
    """The same for somebody who sees these shops only: what concerns the whole is left out."""
    return Pulse(
        in_feed=0,
        unplaced=0,
        oldest_unplaced=None,
        oldest_unsealed=None,
        signed=None,
        trail_began=None,
        conflicts=within(_conflicts(now), "sale__store_id", shops).count(),
        beat=None,
        unlisted=0,
        notices=within(_notices(), "terminal__store_id", shops).count(),
        to_approve=within(_waiting(now), "store_id", shops).count(),
        locked_approvers=0,
        has_store=True,
        has_policy=True,
        lost_secrets=False,
        old_secrets=False,
    )


def read_open_refunds(now: datetime, shops: Shops = None) -> OpenRefunds:
    row = within(Refund.objects.filter(status__in=OPEN), "store_id", shops).aggregate(
        on_its_way=Count("pk"),
        unknown=Count("pk", filter=Q(status=RefundStatus.UNKNOWN)),
        needs_customer=Count("pk", filter=Q(status=RefundStatus.REQUIRES_ACTION)),
        overdue=Count("pk", filter=Q(next_attempt_at__lt=now - OVERDUE)),
    )
    return OpenRefunds(**row)


def read_returns(now: datetime, today: datetime, shops: Shops = None) -> dict[str, tuple[int, int]]:
    """By decision: today so far, and the same weekday last week up to the same time of day."""
    found: dict[str, tuple[int, int]] = {}
    rows = within(CustomerReturn.objects.all(), "store_id", shops)
    for day, decision, n in _today_and_last_week(rows, "decision", now, today):
        before = found.get(decision, (0, 0))
        found[decision] = (n, before[1]) if day == 0 else (before[0], n)
    return found


def read_sales(now: datetime, today: datetime, shops: Shops = None) -> tuple[int, int]:
    """Sales taken in today so far, and the same weekday last week up to the same time of day."""
    real = within(Sale.objects.filter(training=False, voided=False), "store_id", shops)
    found = {0: 0, 7: 0}
    for day, _currency, n in _today_and_last_week(real, "currency", now, today):
        found[day] += n
    return found[0], found[7]


def read_money_out(today: datetime, shops: Shops = None) -> list[tuple[str, str, int, int]]:
    """(kind, currency, minor units, how many) of the refunds made today that are paid back."""
    paid = Refund.objects.filter(created_at__gte=today, status=RefundStatus.SUCCEEDED)
    return list(
        within(paid, "store_id", shops)
        .values_list("kind", "currency")
        .annotate(minor=Sum("amount_minor"), n=Count("pk"))
        .order_by("kind", "currency")
    )


def read_accuracy(now: datetime, shops: Shops = None) -> Accuracy:
    """How many of the shelf counts of the last 30 days found what the books expected."""
    counts = StockCount.objects.filter(counted_at__gte=now - COUNTS_SINCE)
    row = within(counts, "store_id", shops).aggregate(
        counts=Count("pk"), agreed=Count("pk", filter=Q(counted=F("expected")))
    )
    return Accuracy(**row)


def read_fleet(now: datetime, shops: Shops = None) -> Fleet:
    active = Terminal.objects.filter(status=TerminalStatus.ACTIVE)
    row = within(active, "store_id", shops).aggregate(
        active=Count("pk"),
        seen=Count("pk", filter=Q(seen__last_seen_at__gte=now - timedelta(days=1))),
    )
    return Fleet(**row)


def read_last_verify() -> VerifyRun | None:
    return VerifyRun.objects.order_by("-at").first()


def read_attention() -> list[Alert]:
    """Open alerts about destinations, the oldest first; a page has room for so many."""
    opened = Alert.objects.filter(closed_at=None, kind__in=OF_DESTINATIONS)
    return list(opened.order_by("pk")[:ATTENTION_SHOWN])


def read_hours(now: datetime, shops: Shops = None) -> dict[datetime, dict[str, int]]:
    """Returns of the last 24 hours, by hour and decision."""
    start = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=23)
    hours: dict[datetime, dict[str, int]] = {start + timedelta(hours=n): {} for n in range(24)}
    recent = CustomerReturn.objects.filter(received_at__gte=start, received_at__lte=now)
    rows = (
        within(recent, "store_id", shops)
        .annotate(hour=TruncHour("received_at"))
        .values_list("hour", "decision")
        .annotate(n=Count("pk"))
        .order_by()
    )
    for hour, decision, n in rows:
        hours[hour][decision] = n
    return hours


def _stored_beyond(marks: Sequence[str]) -> Q:
    """Whether any stored secret stands under a key that is none of these."""
    found = Q()
    for field in encrypted_fields():
        rows = field.model._base_manager.filter(**{f"{field.name}__isnull": False})
        marked = rows.annotate(mark=Left(field.name, MARK_LENGTH))
        found |= Q(Exists(marked.exclude(mark__in=marks)))
    return found


def _one(rows: QuerySet[Any], what: Any) -> Subquery:
    """An aggregate over some rows, as a scalar inside another SELECT."""
    return Subquery(
        rows.order_by().annotate(_all=Value(1)).values("_all").annotate(n=what).values("n")
    )


def _today_and_last_week(
    rows: QuerySet[Any], by: str, now: datetime, today: datetime
) -> list[tuple[int, str, int]]:
    """(days ago, value of `by`, how many), in one statement over two ranges of an index."""
    week = timedelta(days=7)

    def part(days: int, start: datetime, end: datetime) -> Any:
        within = rows.filter(received_at__gte=start, received_at__lte=end).order_by()
        marked = within.annotate(days=Value(days, output_field=IntegerField()))
        return marked.values_list("days", by).annotate(n=Count("pk"))

    return list(part(0, today, now).union(part(7, today - week, now - week), all=True))
