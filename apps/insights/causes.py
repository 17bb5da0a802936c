"""What needs a person at present, out of a few statements. A new kind of trouble takes its place here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.urls import reverse

from apps.insights import store
from apps.insights.states import AlertKind
from apps.insights.store import DestinationNow, Found
from apps.integrations.models import SyncFlow
from apps.integrations.pages import messages_url, records_url, rows_url
from apps.integrations.policy.flow_health import LATE
from apps.integrations.selectors import dead_causes, flow_health, refused_messages, refused_records
from apps.integrations.states import DestinationStatus
from apps.retention.listing import troubles
from apps.terminals.models import Notice
from apps.terminals.states import REMINDERS

WARN_AFTER = timedelta(hours=24)


def find_causes(now: datetime) -> list[Found]:
    """Everything an alert should be open for, each once."""
    return [found for find in FINDERS for found in find(now)]


def _dead(now: datetime) -> Iterator[Found]:
    for cause in dead_causes():
        facts = {"name": cause.destination, "cause": cause.cause}
        link = rows_url(cause.destination_id, cause.cause)
        yield Found(AlertKind.DEAD, f"{cause.destination_id}:{cause.cause}", facts, link)


def _destinations(now: datetime) -> Iterator[Found]:
    for destination in store.read_destinations():
        for kind, more in _troubles(destination, now):
            facts = {"name": destination.name, **more}
            yield Found(kind, destination.id, facts, _destination(destination.id))


def _troubles(it: DestinationNow, now: datetime) -> Iterator[tuple[AlertKind, dict[str, object]]]:
    """What is wrong with one. One that a person paused or disabled while it was well is not."""
    why: dict[str, object] = {"reason": it.reason}
    if it.status == DestinationStatus.DISABLED and it.failing_since:
        yield AlertKind.DISABLED, why
    if it.status == DestinationStatus.PAUSED and it.failing_since:
        yield AlertKind.PAUSED, why
    if it.status != DestinationStatus.ACTIVE:
        return
    if it.is_open:
        yield AlertKind.BREAKER, {}
    if it.oldest and now - it.oldest > timedelta(seconds=it.max_age_s):
        yield AlertKind.STALE, {"max_age_s": it.max_age_s}
    if it.failed_for >= WARN_AFTER:
        yield AlertKind.FAILING, {}


def _notices(now: datetime) -> Iterator[Found]:
    opened = Notice.objects.filter(cleared_at=None).exclude(kind__in=REMINDERS)
    for notice in opened.select_related("terminal__store"):
        facts = {
            "register": f"{notice.terminal.store.number}/{notice.terminal.number}",
            "notice": notice.kind,
            "detail": notice.detail,
        }
        link = reverse("admin:terminals_notice_change", args=[notice.pk])
        yield Found(AlertKind.REGISTER, str(notice.pk), facts, link)


def _flows(now: datetime) -> Iterator[Found]:
    """Sources that were not read completely for longer than they may."""
    for flow in SyncFlow.objects.select_related("state"):
        if flow_health(flow, now) == LATE:
            facts = {"name": flow.name, "max_age_s": flow.max_age_seconds}
            link = reverse("admin:integrations_syncflow_change", args=[flow.pk])
            yield Found(AlertKind.SOURCE_LATE, str(flow.pk), facts, link)


def _refused(now: datetime) -> Iterator[Found]:
    """By flow or web shop, and cause."""
    for found, url in (
        *((one, records_url) for one in refused_records()),
        *((one, messages_url) for one in refused_messages()),
    ):
        facts = {"name": found.where, "cause": found.cause}
        link = url(found.where_id, found.status, found.cause)
        yield Found(AlertKind.REFUSED, f"{found.where_id}:{found.cause}", facts, link)


def _months(now: datetime) -> Iterator[Found]:
    """Tables with rows that no month holds, or whose next month is not made."""
    for kind, what in troubles(now=now):
        yield Found(
            AlertKind.MONTHS, kind.name, {"name": kind.name, "what": what}, reverse("admin:months")
        )


def _destination(destination_id: str) -> str:
    return reverse("admin:integrations_destination_change", args=[destination_id])


FINDERS: tuple[Callable[[datetime], Iterator[Found]], ...] = (
    _dead,
    _destinations,
    _notices,
    _flows,
    _refused,
    _months,
)
