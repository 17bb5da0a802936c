"""What a register needs to start anew: how things stand, in the words of the feed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.core import signing

from apps.common.errors import Invalid
from apps.events.commands import News
from apps.events.feed import write_cursor
from apps.events.store import read_head
from apps.inventory.commands import LevelAfter
from apps.inventory.models import Item, StockLevel
from apps.inventory.services import items_changed, stock_changed
from apps.returns.models import PolicyVersion
from apps.returns.selectors import open_returns, taxes_of
from apps.returns.services.telling import told
from apps.returns.states import VersionStatus

ITEMS = 500
RETURNS = 50
LEVELS = 500
_SALT = "resync"

# What stands behind a key, and the key of the last where there may be more.
Part = tuple[list[News], str | None]


class ResyncCursorUnknown(Invalid):
    code = "cursor-invalid"


@dataclass(frozen=True, slots=True)
class ResyncPage:
    """How things stand, one page of it. `after` is the same on all its pages."""

    after: str
    items: list[News]
    cursor: str | None


def resync_page(*, store_id: int, cursor: str | None) -> ResyncPage:
    """The policies in force, the items, the shop's open returns and its stock levels, page by page.

    The place in the feed is taken before the first of it is read. So whatever changes while a
    register reads has its event behind that place, and what it read too early is put right.
    """
    after, number, behind = _read(cursor) if cursor else (_now(), 0, "")
    items, last = _PARTS[number](store_id, behind)
    if last is not None:
        return ResyncPage(after, items, _write(after, number, last))
    is_over = number + 1 == len(_PARTS)
    return ResyncPage(after, items, None if is_over else _write(after, number + 1, ""))


def _policies(store_id: int, behind: str) -> Part:
    versions = PolicyVersion.objects.filter(status=VersionStatus.PUBLISHED)
    return [
        News(
            "policy.published",
            "policy",
            str(version.policy_id),
            {"name": version.policy.name, "version": version.version},
        )
        for version in versions.select_related("policy").order_by("policy_id")
    ], None


def _items(store_id: int, behind: str) -> Part:
    items = list(Item.objects.filter(pk__gt=int(behind or 0)).order_by("pk")[:ITEMS])
    return items_changed("resync", items), str(items[-1].pk) if len(items) == ITEMS else None


def _returns(store_id: int, behind: str) -> Part:
    found = open_returns(store_id=store_id, behind=behind or None, limit=RETURNS)
    taxes = taxes_of([one.id for one in found if one.id])
    news = [
        News(f"return.{one.status}", "return", str(one.id), told(one, taxes[one.id]))
        for one in found
        if one.id
    ]
    return news, str(found[-1].id) if len(found) == RETURNS else None


def _levels(store_id: int, behind: str) -> Part:
    levels = list(
        StockLevel.objects.filter(store_id=store_id, item_id__gt=int(behind or 0))
        .select_related("item")
        .order_by("item_id")[:LEVELS]
    )
    if not levels:
        return [], None
    skus = {level.item_id: level.item.sku for level in levels}
    now = [
        LevelAfter(one.item_id, one.on_hand, one.reserved, one.quarantined, one.damaged)
        for one in levels
    ]
    last = str(levels[-1].item_id) if len(levels) == LEVELS else None
    return [stock_changed("resync", now, skus)], last


_PARTS: tuple[Callable[[int, str], Part], ...] = (_policies, _items, _returns, _levels)


def _now() -> str:
    head = read_head()
    return write_cursor(str(head.epoch), head.last)


def _write(after: str, number: int, behind: str) -> str:
    return signing.dumps([after, number, behind], salt=_SALT)


def _read(cursor: str) -> tuple[str, int, str]:
    try:
        after, number, behind = signing.loads(cursor, salt=_SALT)
    except signing.BadSignature as error:
        raise ResyncCursorUnknown("Follow `next` as it was given.") from error
    return str(after), int(number), str(behind)
