"""Flows to read a source with, and what is in the books after."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from apps.integrations.models import SyncFlow, SyncRun, SyncState
from apps.integrations.services import add_flow, run_flow
from apps.inventory.models import Item
from tests.integrations.inward.source import Source
from tests.world import SETUP

T0 = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def make_flow(
    source: Source, *, credentials: dict[str, str] | None = None, **changes: Any
) -> SyncFlow:
    given = {"name": "ERP", "kind": "catalogue", "url": source.url, "page_size": 10, **changes}
    flow = SyncFlow(**given)
    add_flow(flow, credentials=credentials or {}, actor=SETUP, now=timezone.now())
    return flow


def read(flow: SyncFlow) -> SyncRun:
    """One run, whether it is due or not."""
    SyncState.objects.filter(pk=flow.pk).update(asked_at=timezone.now())
    run = run_flow(flow.pk, clock=timezone.now)
    assert run is not None
    return run


def tally(run: SyncRun) -> tuple[str, int, int, int, int]:
    """(status, new, changed, as they were, refused)."""
    return (
        run.status, run.records_new, run.records_changed, run.records_same, run.records_refused,
    )  # fmt: skip


def articles(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [article(n, **changes) for n in range(count)]


def article(n: int, **changes: Any) -> dict[str, Any]:
    return {
        "sku": f"A{n:05d}", "name": f"Article {n}", "category": "toys",
        "updated_at": (T0 + timedelta(seconds=n)).isoformat(), **changes,
    }  # fmt: skip


def stock(n: int, on_hand: Any, *, store: str = "0042", **changes: Any) -> dict[str, Any]:
    return {"store": store, "sku": f"A{n:05d}", "on_hand": on_hand, **changes}


def names() -> dict[str, str]:
    return dict(Item.objects.order_by("sku").values_list("sku", "name"))


def make_items(count: int) -> None:
    Item.objects.bulk_create([Item(sku=f"A{n:05d}", name=f"Article {n}") for n in range(count)])


def cursor_of(flow: SyncFlow) -> str:
    return SyncState.objects.get(pk=flow.pk).cursor


def on_hand(n: int, store: str = "0042") -> Decimal:
    from tests.world import level

    return Decimal(level(f"A{n:05d}", store).on_hand)


def wait_until(condition: Any) -> None:
    """At most ten seconds."""
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)
