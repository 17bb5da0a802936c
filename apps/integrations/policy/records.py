"""A record of another system, mapped into our words: an item, or how much there is of one. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.common.cards import contains_card_number, scrub_card_numbers
from apps.integrations.policy.mapping import MappingError, apply_template
from apps.integrations.policy.pulling import path_problem, read_moment
from apps.inventory.commands import ItemTold

RAW_KEPT = 8_000
ITEM_WORDS = (
    *("sku", "gtin", "name", "category", "unit"),
    *("returnable", "serial_tracked", "hazardous", "recalled"),
)
LEVEL_WORDS = ("store", "sku", "on_hand", "as_of")
_LENGTHS = {"gtin": 14, "name": 200, "category": 64, "unit": 8}
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")  # half characters are no text either
_HALF = re.compile("[\ud800-\udfff]")
_YES_NO: dict[Any, bool] = {1: True, 0: False, "true": True, "false": False, "1": True, "0": False}
_MOST = Decimal(10) ** 8


class BadRecord(Exception):
    """A record that cannot be applied. `cause` groups them; `detail` is a sentence for people."""

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(detail)
        self.cause, self.detail = cause, detail


@dataclass(frozen=True, slots=True)
class LevelTold:
    """How much of an item a shop had at a moment, as another system tells it."""

    store: str
    sku: str
    on_hand: Decimal
    as_of: datetime


def read_item(record: Any, template: Any) -> ItemTold:
    """What the record says of an item; what it does not say stays as it is. BadRecord otherwise."""
    told = _mapped(record, template, ITEM_WORDS)
    sku = _sku(told)
    texts = {name: _text(name, told.get(name)) for name in _LENGTHS}
    flags = {name: _flag(name, told.get(name)) for name in ITEM_WORDS[5:]}
    return ItemTold(sku=sku, **texts, **flags)  # type: ignore[arg-type]


def read_level(record: Any, template: Any, *, asked_at: datetime) -> LevelTold:
    """What the record says of a level; as of when we asked, unless it says so itself."""
    told = _mapped(record, template, LEVEL_WORDS)
    as_of = asked_at
    if told.get("as_of") is not None:
        said = read_moment(told["as_of"])
        if said is None:
            raise BadRecord("time", f"as_of is no time with an offset: {_shown(told['as_of'])}.")
        as_of = min(said, asked_at)  # a clock that is ahead
    store = told.get("store")
    if not isinstance(store, str | int) or not str(store).strip():
        raise BadRecord("no-shop", "The record names no shop.")
    return LevelTold(str(store).strip()[:16], _sku(told), _quantity(told.get("on_hand")), as_of)


def template_problems(template: Any, words: tuple[str, ...]) -> list[str]:
    """What is wrong with a mapping before any record is read, a sentence each."""
    if not isinstance(template, dict):
        return ["A mapping is an object."]
    wrong = [f"Nothing is known of “{word}”." for word in sorted(set(template) - set(words))]
    for word, value in template.items():
        is_path = isinstance(value, str) and value.startswith("=") and not value.startswith("==")
        if is_path and (problem := path_problem(value[1:])):
            wrong.append(f"{word}: {problem}")
    needed = ("store", "sku", "on_hand") if "store" in words else ("sku",)
    if template:
        wrong += [f"“{word}” is missing." for word in needed if word not in template]
    return wrong


def key_of(record: Any, template: Any, kind_words: tuple[str, ...]) -> str:
    """What the record is about, as far as that can be told: for recognising it when it comes again."""
    try:
        told = apply_template(template, record) if isinstance(record, dict) else {}
    except MappingError:
        told = {}
    told = told if isinstance(told, dict) else {}
    words = ("store", "sku") if "store" in kind_words else ("sku",)
    return "/".join(_clean(told.get(word)) for word in words)[:160]


def raw_of(record: Any) -> str:
    """The record as text, at most 8 kB, without card numbers."""
    text = _HALF.sub("", json.dumps(record, ensure_ascii=False, default=str))
    return scrub_card_numbers(text)[:RAW_KEPT]


def _mapped(record: Any, template: Any, words: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise BadRecord("no-record", "It is no object with fields.")
    try:
        told = apply_template(template, record)
    except MappingError as error:
        raise BadRecord("mapping", str(error)) from None
    if not isinstance(told, dict):
        raise BadRecord("mapping", "The mapping gives no object.")
    if unknown := sorted(set(told) - set(words)):
        raise BadRecord("mapping", f"The mapping gives what nothing is known of: {unknown[0]}.")
    if contains_card_number(" ".join(str(value) for value in told.values())):
        raise BadRecord("card-number", "It carries what looks like a card number.")
    return told


def _sku(told: dict[str, Any]) -> str:
    given = told.get("sku")
    sku = str(given).strip() if isinstance(given, str | int) else ""
    if not sku or isinstance(given, bool):
        raise BadRecord("no-sku", "The record has no SKU.")
    if len(sku) > 64 or _CONTROL.search(sku):
        raise BadRecord("sku", f"That is no SKU: {_shown(sku)}.")
    return sku


def _text(name: str, value: Any) -> str | None:
    """A text in its length; longer names are cut, since a name identifies nothing."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadRecord(name, f"{name} is no text: {_shown(value)}.")
    text = _CONTROL.sub(" ", str(value)).strip()
    if len(text) > _LENGTHS[name] and name != "name":
        raise BadRecord(name, f"{name} has more than {_LENGTHS[name]} characters.")
    return text[: _LENGTHS[name]]


def _flag(name: str, value: Any) -> bool | None:
    if value is None:
        return None
    plain = value.strip().lower() if isinstance(value, str) else value
    if isinstance(plain, str | bool | int) and plain in _YES_NO:
        return _YES_NO[plain]
    raise BadRecord(name, f"{name} is neither yes nor no: {_shown(value)}.")


def _quantity(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise BadRecord("quantity", f"on_hand is no number: {_shown(value)}.")
    try:
        number = Decimal(str(value).strip())
        exact = number.quantize(Decimal("0.001"))
    except InvalidOperation:
        raise BadRecord("quantity", f"on_hand is no number: {_shown(value)}.") from None
    if exact != number or abs(number) >= _MOST:
        raise BadRecord("quantity", f"on_hand is too large or too fine: {_shown(value)}.")
    return exact


def _clean(value: Any) -> str:
    return scrub_card_numbers(_CONTROL.sub(" ", str(value))) if value is not None else ""


def _shown(value: Any) -> str:
    return _clean(value)[:40]
