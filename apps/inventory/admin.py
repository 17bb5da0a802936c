"""Items are edited; levels, movements and counts are read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common import display
from apps.common.admin import (
    Act,
    ActingAdmin,
    ReadOnlyAdmin,
    RecordedAdmin,
    actor_of,
    everybodys,
    section,
)
from apps.common.admin.columns import (
    column,
    copyable,
    exactly,
    flag,
    quantity,
    referred,
    related,
    when,
)
from apps.common.admin.filters import belongs, chosen, flagged, since
from apps.inventory import services
from apps.inventory.models import Item, StockCount, StockLevel, StockMovement
from apps.inventory.states import Bucket, MovementKind

_ZONE = "store__timezone"


@admin.register(Item)
class ItemAdmin(RecordedAdmin[Item]):
    shop_rule = staticmethod(everybodys)
    trail_name = "item"

    def trail_key(self, thing: Item) -> str:
        return thing.sku

    list_display = (
        "sku",
        "name",
        "category",
        "unit",
        flag("unlisted", _("unlisted")),
        flag("hazardous", _("hazardous"), tone="bad"),
        flag("recalled", _("recalled"), tone="bad"),
    )
    list_filter = (
        flagged("unlisted", _("Unlisted")),
        flagged("recalled", _("Recalled")),
        flagged("hazardous", _("Hazardous")),
        flagged("returnable", _("Returnable")),
    )
    ordering = ("sku",)
    search_paths = ("sku", "gtin", "name__icontains")
    search_help_text = _("SKU, GTIN or name")
    fieldsets = (
        section(None, "sku", "gtin", "name", "category", "unit"),
        section(_("When it comes back"), "returnable", "hazardous", "recalled", "serial_tracked"),
        section(_("Master data"), "unlisted"),
    )
    empty_says = _("Items come with the first sales, flagged “unlisted”, or are added here.")
    empty_first = _("Take a sale in, or add an item.")


@column("state_available", _("to sell"))
def available(level: StockLevel) -> str:
    left = level.on_hand - level.reserved
    return display.badge(display.quantity(left), display.BAD if left < 0 else display.GOOD)


def _level_is(value: str) -> Q:
    if value == "negative":
        return Q(on_hand__lt=0)
    if value == "low":
        return Q(reorder_point__gt=0, on_hand__lte=F("reorder_point"))
    return Q(quarantined__gt=0)


_LEVELS = (
    ("negative", _("below zero")),
    ("low", _("to be reordered")),
    ("quarantine", _("with goods in quarantine")),
)
_BUCKETS: tuple[Any, ...] = (
    quantity("on_hand", _("on hand")),
    quantity("reserved", _("reserved")),
    quantity("quarantined", _("in quarantine")),
    quantity("damaged", _("damaged")),
    quantity("to_supplier", _("back to supplier")),
    quantity("written_off", _("written off")),
)


@column("state_counting", _("state"))
def counting(level: StockLevel) -> str:
    if level.counting_since is not None:
        return display.badge(_("being counted"), display.WAIT)
    return display.NOTHING if level.ranged else display.badge(_("not carried here"))


def _state_is(value: str) -> Q:
    return Q(counting_since__isnull=False) if value == "counting" else Q(ranged=False)


_STATES = (("counting", _("being counted")), ("not_ranged", _("not carried here")))


def _set_counting(request: HttpRequest, level: StockLevel, *, to: bool) -> Any:
    actor, now = actor_of(request), timezone.now()
    services.set_counting(level, counting=to, actor=actor, now=now)
    if to:
        return _("Returns of it follow what their policy says of goods being counted.")
    return _("Returns of it change the stock again.")


BEGIN_COUNT = Act(
    "begin-count",
    _("Begin a count"),
    lambda level: _(
        "Until it is counted, returns of this item in this shop follow what their policy says of goods "
        "that are being counted: usually a manager is asked. The count that a register sends ends it."
    ),
    lambda request, level: _set_counting(request, level, to=True),
    fits=lambda level: level.counting_since is None,
)
END_COUNT = Act(
    "end-count",
    _("End the count"),
    lambda level: _(
        "Nothing was counted, or it was told elsewhere: returns change the stock again."
    ),
    lambda request, level: _set_counting(request, level, to=False),
    fits=lambda level: level.counting_since is not None,
)


@admin.register(StockLevel)
class StockLevelAdmin(ActingAdmin[StockLevel], ReadOnlyAdmin[StockLevel]):
    """Always the sum of the movements; a count corrects it, not a form."""

    shop_rule = "store_id"
    acts = (BEGIN_COUNT, END_COUNT)
    list_display = (related("item", _("item")), "store", available, counting, *_BUCKETS)
    list_display_links = ("store",)
    list_select_related = ("store", "item")
    list_filter = (
        belongs("store", _("Shop")),
        chosen("level", _("Level"), _LEVELS, _level_is),
        chosen("state", _("State"), _STATES, _state_is),
    )
    ordering = ("-pk",)
    search_paths = ("item__sku", "item__gtin", "store__number")
    search_help_text = _("SKU, GTIN or shop number")
    fieldsets = (
        section(
            None,
            related("item", _("item")),
            related("store", _("shop")),
            available,
            counting,
            exactly("counting_since", _("being counted since"), zone=_ZONE),
        ),
        section(_("Buckets"), *_BUCKETS, quantity("reorder_point", _("reorder at"))),
    )
    empty_says = _("A level appears with the first sale, return or count of an item in a shop.")


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin[StockMovement]):
    """The ledger of goods: append-only, by triggers of the database too."""

    shop_rule = "store_id"
    list_display = (
        "kind",
        related("item", _("item")),
        "store",
        "bucket",
        quantity("quantity", _("quantity")),
        when("occurred_at", _("happened"), zone=_ZONE),
        referred("reference", _("by")),
    )
    list_select_related = ("store", "item")
    list_filter = (
        belongs("store", _("Shop")),
        chosen("kind", _("Kind"), MovementKind.choices),
        chosen("bucket", _("Bucket"), Bucket.choices),
    )
    ordering = ("-id",)
    search_paths = ("item__sku", "item__gtin", "reference")
    search_help_text = _("SKU, GTIN or reference")
    fieldsets = (
        section(
            None,
            "kind",
            related("item", _("item")),
            related("store", _("shop")),
            "bucket",
            quantity("quantity", _("quantity")),
        ),
        section(
            None,
            exactly("occurred_at", _("happened"), zone=_ZONE),
            exactly("recorded_at", _("recorded"), zone=_ZONE),
            referred("reference", _("by")),
            copyable("reference", _("reference")),
        ),
    )
    empty_says = _("Every sale, return, exchange and count moves goods; each movement stands here.")


@column("state_difference", _("difference"))
def difference(count: StockCount) -> str:
    gap = count.counted - count.expected
    return (
        display.badge(display.quantity(gap), display.WAIT)
        if gap
        else display.badge(_("exact"), display.GOOD)
    )


@admin.register(StockCount)
class StockCountAdmin(ReadOnlyAdmin[StockCount]):
    shop_rule = "store_id"
    list_display = (
        related("item", _("item")),
        "store",
        quantity("expected", _("expected")),
        quantity("counted", _("counted")),
        difference,
        when("counted_at", _("when"), zone=_ZONE),
        "counted_by",
    )
    list_display_links = ("store",)
    list_select_related = ("store", "item")
    list_filter = (belongs("store", _("Shop")), since("counted_at", _("When")))
    ordering = ("-pk",)
    search_paths = ("item__sku", "item__gtin", "counted_by")
    search_help_text = _("SKU, GTIN or who counted")
    fieldsets = (
        section(None, related("item", _("item")), related("store", _("shop"))),
        section(
            None, quantity("expected", _("expected")), quantity("counted", _("counted")), difference
        ),
        section(None, exactly("counted_at", _("when"), zone=_ZONE), "counted_by"),
    )
    empty_says = _("Shelf counts that registers send, with the difference to what was expected.")
