"""Records of another system, applied as a page: in one transaction, in a few statements."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.common.caller import Actor
from apps.integrations.commands import Tally
from apps.integrations.models import RejectedRecord, SyncFlow, SyncRun
from apps.integrations.policy.records import (
    ITEM_WORDS,
    LEVEL_WORDS,
    BadRecord,
    LevelTold,
    key_of,
    raw_of,
    read_item,
    read_level,
)
from apps.integrations.services.flows import source_of
from apps.integrations.states import FlowKind, RecordStatus
from apps.inventory import services as inventory
from apps.inventory.commands import ItemTold, LevelReport
from apps.stores.models import Store

UNKNOWN_ITEM, UNKNOWN_SHOP = "unknown-item", "unknown-shop"
_REOPENED = (
    "run",
    "status",
    "cause",
    "detail",
    "raw",
    "asked_at",
    "last_at",
    "settled_at",
    "settled_by",
    "note",
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that came together. `reference` (`told:…`) is theirs alone, also when tried again."""

    flow: SyncFlow
    run: SyncRun | None
    records: Sequence[Any]
    reference: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    record: Any
    error: BadRecord


def apply_records(batch: Batch, *, now: datetime) -> Tally:
    """Apply what can be, keep the others with the reason; in the caller's transaction.

    The number of statements does not depend on the number of records, only on that of shops.
    """
    of_items = batch.flow.kind == FlowKind.CATALOGUE
    tally, refused = _items(batch, now) if of_items else _levels(batch, now)
    bad = {id(one.record) for one in refused}
    _resolve(batch, (record for record in batch.records if id(record) not in bad), now)
    _keep_refused(batch, refused, now)
    return tally


def actor_of(flow: SyncFlow) -> Actor:
    return Actor(kind="integration", id=source_of(flow), label=flow.name)


def template_of(flow: SyncFlow) -> dict[str, Any]:
    """The flow's mapping; without one a record says it in our words."""
    return flow.template or {word: f"={word}" for word in words_of(flow)}


def words_of(flow: SyncFlow) -> tuple[str, ...]:
    return ITEM_WORDS if flow.kind == FlowKind.CATALOGUE else LEVEL_WORDS


def _items(batch: Batch, now: datetime) -> tuple[Tally, list[Refused]]:
    """Of several records about one item in a page the last one counts."""
    template, good, refused = template_of(batch.flow), dict[str, ItemTold](), []
    for record in batch.records:
        try:
            item = read_item(record, template)
        except BadRecord as error:
            refused.append(Refused(record, error))
        else:
            good[item.sku] = item
    new = changed = 0
    if good:
        items = [good[sku] for sku in sorted(good)]
        actor = actor_of(batch.flow)
        taken = inventory.take_items(items, reference=batch.reference, actor=actor, now=now)
        new, changed = len(taken.new), len(taken.changed)
    same = len(batch.records) - new - changed - len(refused)
    return Tally(new, changed, same, len(refused)), refused


def _levels(batch: Batch, now: datetime) -> tuple[Tally, list[Refused]]:
    template, told, refused = template_of(batch.flow), list[tuple[Any, LevelTold]](), []
    for record in batch.records:
        try:
            told.append((record, read_level(record, template, asked_at=batch.asked_at)))
        except BadRecord as error:
            refused.append(Refused(record, error))
    shops = {shop.number: shop.pk for shop in _shops(level.store for _, level in told)}
    items = inventory.item_ids([level.sku for _, level in told]) if told else {}
    reports: dict[tuple[int, int], LevelReport] = {}
    for place, (record, level) in enumerate(told):
        if level.store not in shops:
            why = BadRecord(UNKNOWN_SHOP, f"There is no shop {level.store} here.")
            refused.append(Refused(record, why))
        elif level.sku not in items:
            why = BadRecord(UNKNOWN_ITEM, f"There is no item {level.sku} here.")
            refused.append(Refused(record, why))
        else:
            pair = (shops[level.store], items[level.sku])
            if pair not in reports or reports[pair].as_of <= level.as_of:
                reference = f"{batch.reference}:{place}"
                reports[pair] = LevelReport(*pair, level.on_hand, level.as_of, reference)
    changed = _correct(batch, reports, shops, items, now)
    same = len(batch.records) - changed - len(refused)
    return Tally(0, changed, same, len(refused)), refused


def _correct(
    batch: Batch,
    reports: dict[tuple[int, int], LevelReport],
    shops: dict[str, int],
    items: dict[str, int],
    now: datetime,
) -> int:
    if not reports:
        return 0
    corrected = inventory.correct_levels(
        [reports[pair] for pair in sorted(reports)],
        source=source_of(batch.flow),
        reference=batch.reference,
        shops={pk: number for number, pk in shops.items()},
        skus={pk: sku for sku, pk in items.items()},
        behind=timedelta(seconds=batch.flow.behind_seconds),
        actor=actor_of(batch.flow),
        now=now,
    )
    return len(corrected)


def _shops(numbers: Iterable[str]) -> Iterable[Store]:
    wanted = set(numbers)
    return Store.objects.filter(number__in=wanted).only("pk", "number") if wanted else ()


def _keep_refused(batch: Batch, refused: Sequence[Refused], now: datetime) -> None:
    """One row for each thing, however often it comes; one that was discarded stays so while it is the
    same."""
    rows = {row.key: row for row in (_row(batch, one, now) for one in refused)}
    known = RejectedRecord.objects.filter(
        flow=batch.flow, key__in=rows, status=RecordStatus.DISCARDED
    )
    for key, raw in known.values_list("key", "raw") if rows else ():
        if rows[key].raw == raw:
            del rows[key]
    if rows:
        RejectedRecord.objects.bulk_create(
            [rows[key] for key in sorted(rows)],
            update_conflicts=True, unique_fields=["flow", "key"], update_fields=_REOPENED,
        )  # fmt: skip


def _row(batch: Batch, one: Refused, now: datetime) -> RejectedRecord:
    raw = raw_of(one.record)
    key = key_of(one.record, template_of(batch.flow), words_of(batch.flow)).strip("/ ")
    return RejectedRecord(
        flow=batch.flow,
        run=batch.run,
        key=key or f"record {hashlib.sha256(raw.encode()).hexdigest()[:16]}",
        cause=one.error.cause,
        detail=one.error.detail[:500],
        raw=raw,
        asked_at=batch.asked_at,
        last_at=now,
    )


def _resolve(batch: Batch, good: Iterable[Any], now: datetime) -> None:
    """What was refused before and came right needs nobody any more."""
    waiting = RejectedRecord.objects.filter(flow=batch.flow, status=RecordStatus.OPEN)
    if not waiting.exists():
        return
    template, words = template_of(batch.flow), words_of(batch.flow)
    keys = {key_of(record, template, words) for record in good}
    waiting.filter(key__in=keys).update(
        status=RecordStatus.RESOLVED, settled_at=now, settled_by=batch.flow.name,
        note="It came right.",
    )  # fmt: skip
