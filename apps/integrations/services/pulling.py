"""Reading a source: ask for a page with nothing open, keep it with its cursor in one transaction.

1. A run takes the flow for itself: a lease that is renewed with each page, and a fence, the run's own
   id, without which nobody moves the cursor. A worker that died leaves a lease that ends; one that only
   seemed dead finds the fence closed.
2. A page and the cursor behind it are kept together. Whatever happens in between, the next run asks for
   exactly what is not kept yet.
3. A run lasts 45 s at most; what is left is the next one's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from apps.audit import services as audit
from apps.common.errors import StaleState
from apps.common.keyring import UnreadableSecret
from apps.integrations.commands import Tally
from apps.integrations.gateways.source import fetch_page
from apps.integrations.locks import lock_state
from apps.integrations.models import RejectedRecord, SyncFlow, SyncRun, SyncState
from apps.integrations.policy.pulling import (
    Mark,
    PullFailed,
    PullTerms,
    address_of_page,
    move_on,
    read_mark,
    read_page,
    write_mark,
)
from apps.integrations.policy.timing import Timing, run_due
from apps.integrations.services.access import Access, access_of
from apps.integrations.services.applying import (
    UNKNOWN_ITEM,
    UNKNOWN_SHOP,
    Batch,
    actor_of,
    apply_records,
)
from apps.integrations.services.flows import fact
from apps.integrations.services.rejected import record_in
from apps.integrations.states import FlowStatus, RecordStatus, RunStatus
from apps.inventory.services import TOLD

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
LONGEST = timedelta(seconds=45)
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
LONGEST_ASKED_FOR = timedelta(days=1)
TRIED_AGAIN = 500
Clock = Callable[[], datetime]


def due_flows(now: datetime) -> list[UUID]:
    """Flows whose turn it is, and that no worker has."""
    free = Q(lease_ends_at=None) | Q(lease_ends_at__lte=now)
    states = SyncState.objects.filter(free).select_related("flow").order_by("started_at")
    return [state.flow_id for state in states if _is_due(state, now)]


def run_flow(flow_id: UUID, *, clock: Clock) -> SyncRun | None:
    """Read a flow from where it was left; None when it is not due, or a worker is at it."""
    run = _begin(flow_id, clock())
    if run is None:
        return None
    try:
        status = _read(run, clock)
        _end(run, status, now=clock())
    except StaleState:
        logger.info("run %s was overtaken", run.pk)
    except PullFailed as error:
        _fail(run, error, now=clock())
    except UnreadableSecret as error:
        _fail(run, PullFailed("credentials", str(error)), now=clock())
    except (
        Exception
    ) as error:  # a mistake of ours: the page was rolled back, and is asked for again
        logger.exception("run %s of %s failed", run.pk, run.flow)
        _fail(run, PullFailed(f"ours: {type(error).__name__}"), now=clock())
    run.refresh_from_db()
    return run


def terms_of(flow: SyncFlow) -> PullTerms:
    return PullTerms(
        url=flow.url, paging=flow.paging, size=flow.page_size, size_name=flow.size_name,
        cursor_name=flow.cursor_name, since_name=flow.since_name,
        overlap=timedelta(seconds=flow.overlap_seconds), records_path=flow.records_path,
        next_path=flow.next_path, changed_path=flow.changed_path,
    )  # fmt: skip


@transaction.atomic
def _begin(flow_id: UUID, now: datetime) -> SyncRun | None:
    state = lock_state(flow_id)
    if state is None or (state.lease_ends_at is not None and state.lease_ends_at > now):
        return None
    state.flow = SyncFlow.objects.get(pk=flow_id)
    if not _is_due(state, now):
        return None
    SyncRun.objects.filter(flow=state.flow, status=RunStatus.RUNNING).update(
        status=RunStatus.DIED, ended_at=now, cause="died"
    )
    run = SyncRun.objects.create(
        flow=state.flow, started_at=now, cursor_before=state.cursor, cursor_now=state.cursor
    )
    state.run, state.lease_ends_at = run, now + LEASE
    state.asked_at = state.retry_at = None
    state.started_at = now
    state.save()
    return run


def _is_due(state: SyncState, now: datetime) -> bool:
    """Paused: never. Asked for: now. After a failure, or in the midst: at the time that was set."""
    flow = state.flow
    if flow.status != FlowStatus.ACTIVE:
        return False
    if state.asked_at is not None:
        return True
    if state.retry_at is not None:
        return state.retry_at <= now
    timing = Timing(
        flow.timing, timedelta(seconds=flow.every_seconds), flow.daily_at, flow.daily_zone
    )
    return run_due(timing, last_run=state.started_at, now=now)


def _read(run: SyncRun, clock: Clock) -> RunStatus:
    flow, terms = run.flow, terms_of(run.flow)
    access = access_of(flow)
    _try_unknown_again(run, clock())
    mark, until, more, number = (
        read_mark(run.cursor_before, flow.paging),
        clock() + LONGEST,
        True,
        0,
    )
    while more:
        asked_at = clock()
        if asked_at >= until or _is_paused(flow):
            return RunStatus.CUT
        mark, more, records = _ask(terms, mark, access, asked_at)
        number += 1
        batch = Batch(flow, run, records, f"{TOLD}{run.pk}:{number}", asked_at)
        _keep(run, batch, write_mark(mark, flow.paging), now=clock())
    return RunStatus.DONE


def _ask(
    terms: PullTerms, mark: Mark, access: Access, now: datetime
) -> tuple[Mark, bool, list[object]]:
    address = address_of_page(terms, mark)
    body = fetch_page(
        address, headers=access.headers, secrets=access.secrets, loopback=settings.DEVELOPMENT,
        now=now,
    )  # fmt: skip
    page = read_page(body, terms)
    return (*move_on(terms, mark, page), list(page.records))


@transaction.atomic
def _keep(run: SyncRun, batch: Batch, cursor: str, *, now: datetime) -> None:
    """The page, and the cursor behind it. StaleState when the flow is another run's by now."""
    mine = SyncState.objects.filter(pk=run.flow_id, run=run)
    if not mine.update(cursor=cursor, lease_ends_at=now + LEASE):
        raise StaleState("Another run has this flow.")
    _count(run, apply_records(batch, now=now), pages=1, cursor_now=cursor)


def _count(run: SyncRun, tally: Tally, *, pages: int = 0, **more: str) -> None:
    SyncRun.objects.filter(pk=run.pk).update(
        pages=F("pages") + pages,
        records_new=F("records_new") + tally.new,
        records_changed=F("records_changed") + tally.changed,
        records_same=F("records_same") + tally.same,
        records_refused=F("records_refused") + tally.refused,
        **more,
    )


@transaction.atomic
def _try_unknown_again(run: SyncRun, now: datetime) -> None:
    """Items and shops that were not known then may be by now."""
    waiting = RejectedRecord.objects.filter(
        flow=run.flow, status=RecordStatus.OPEN, cause__in=(UNKNOWN_ITEM, UNKNOWN_SHOP)
    ).order_by("pk")[:TRIED_AGAIN]
    by_moment: dict[datetime, list[object]] = {}
    for row in waiting:
        if (record := record_in(row)) is not None:
            by_moment.setdefault(row.asked_at, []).append(record)
    for number, (asked_at, records) in enumerate(sorted(by_moment.items())):
        apply_records(
            Batch(run.flow, run, records, f"{TOLD}{run.pk}:again{number}", asked_at), now=now
        )


def _is_paused(flow: SyncFlow) -> bool:
    return not SyncFlow.objects.filter(pk=flow.pk, status=FlowStatus.ACTIVE).exists()


@transaction.atomic
def _end(run: SyncRun, status: RunStatus, *, now: datetime) -> None:
    done = status == RunStatus.DONE
    before = _leave(run, now)
    SyncRun.objects.filter(pk=run.pk).update(status=status, ended_at=now)
    before.retry_at = None if done else now
    before.done_at = now if done else before.done_at
    if before.failures_in_a_row:
        told = fact("sync_flow.recovered", run.flow)
        audit.record([told], actor=actor_of(run.flow), now=now)
    before.failures_in_a_row, before.failed_first_at = 0, None
    before.save()


@transaction.atomic
def _fail(run: SyncRun, error: PullFailed, *, now: datetime) -> None:
    """Tried again after 5 s, doubling up to 15 min, or when the source says; told when it begins."""
    try:
        state = _leave(run, now)
    except StaleState:
        return
    SyncRun.objects.filter(pk=run.pk).update(
        status=RunStatus.FAILED, ended_at=now, cause=error.cause[:80], detail=error.detail[:500]
    )
    wait = min(FIRST_WAIT * 2 ** min(state.failures_in_a_row, 10), LONGEST_WAIT)
    asked = min(error.wait or timedelta(0), LONGEST_ASKED_FOR)
    state.failures_in_a_row += 1
    state.failed_first_at = state.failed_first_at or now
    state.retry_at = now + max(wait, asked)
    state.save()
    if state.failures_in_a_row == 1:
        told = fact("sync_flow.failing", run.flow, {"cause": error.cause, "run": run.pk})
        audit.record([told], actor=actor_of(run.flow), now=now)


def _leave(run: SyncRun, now: datetime) -> SyncState:
    """Give the flow back. StaleState when it is another run's by now."""
    state = SyncState.objects.select_for_update().get(pk=run.flow_id)
    if state.run_id != run.pk:
        raise StaleState("Another run has this flow.")
    state.lease_ends_at = None
    return state
