"""Columns for lists and rows for pages. Each factory makes a function that Django's admin can show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from apps.common import display

Column = Callable[[Any], Any]


def column(name: str, label: Any) -> Callable[[Column], Column]:
    """Give a function the name (for the stylesheet) and the label of a column."""

    def dress(function: Column) -> Column:
        function.__name__ = name
        function.short_description = label  # type: ignore[attr-defined]
        function.css = name  # type: ignore[attr-defined]
        function.do_not_call_in_templates = True  # type: ignore[attr-defined]
        return function

    return dress


def reach(row: Any, path: str) -> Any:
    """`store__timezone` of a row; None where something on the way is missing."""
    for name in path.split("__"):
        if row is None:
            return None
        row = getattr(row, name)
    return row


def money(field: str, label: Any, *, currency: str = "currency") -> Column:
    @column(f"money_{field}", label)
    def show(row: Any) -> str:
        return display.money(reach(row, field), reach(row, currency) or "")

    return show


def quantity(field: str, label: Any) -> Column:
    @column(f"qty_{field}", label)
    def show(row: Any) -> str:
        return display.quantity(reach(row, field))

    return show


def when(field: str, label: Any, *, zone: str = "") -> Column:
    """How long ago, for lists."""

    @column(f"when_{field}", label)
    def show(row: Any) -> str:
        return display.moment(reach(row, field), (reach(row, zone) or "") if zone else "")

    return show


def exactly(field: str, label: Any, *, zone: str = "") -> Column:
    """The exact time, for pages."""

    @column(f"exactly_{field}", label)
    def show(row: Any) -> str:
        return display.exact(reach(row, field), (reach(row, zone) or "") if zone else "")

    return show


def state(field: str, label: Any, tones: Mapping[Any, str]) -> Column:
    """A choice as its word, with the colour of that state."""

    @column(f"state_{field}", label)
    def show(row: Any) -> str:
        holder = reach(row, field.rpartition("__")[0]) if "__" in field else row
        name = field.rpartition("__")[2]
        if holder is None or not getattr(holder, name):
            return display.NOTHING
        text = getattr(holder, f"get_{name}_display")()
        return display.badge(text, tones.get(getattr(holder, name), display.CALM))

    return show


def flag(field: str, label: Any, *, tone: str = display.WAIT) -> Column:
    """A yes as a badge that says what it is; a no as nothing."""

    @column(f"flag_{field}", label)
    def show(row: Any) -> str:
        return display.badge(label, tone) if reach(row, field) else display.NOTHING

    return show


def related(field: str, label: Any) -> Column:
    """A link to what the row belongs to, by its label."""

    @column(f"related_{field}", label)
    def show(row: Any) -> str:
        return display.link(reach(row, field))

    return show


def copyable(field: str, label: Any) -> Column:
    @column(f"copy_{field}", label)
    def show(row: Any) -> str:
        value = reach(row, field)
        return display.copyable(value) if value else display.NOTHING

    return show


def referred(field: str, label: Any) -> Column:
    """A link to what a reference such as `return:<id>` names."""

    @column(f"referred_{field}", label)
    def show(row: Any) -> str:
        return display.referred(reach(row, field) or "")

    return show


def pairs(field: str, label: Any) -> Column:
    """A document as rows of name and value."""

    @column(f"pairs_{field}", label)
    def show(row: Any) -> str:
        return display.pairs(reach(row, field) or {})

    return show
