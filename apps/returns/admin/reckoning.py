"""How the money of a return comes about: the worth of its goods, and every reason to differ from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from apps.returns.models import CustomerReturn, ReturnAdjustment
from apps.returns.states import AdjustmentKind

Row = tuple[str, int]
"""In words, and minor units; negative: less for the customer."""


def reckon(
    what: CustomerReturn, adjustments: Sequence[ReturnAdjustment], conditions: Mapping[str, str]
) -> list[Row]:
    """One row per reason, adding up to what goes back; empty when that is the worth of the goods."""
    rows = [(_in_words(one, what, conditions), one.amount_minor) for one in adjustments]
    if what.exchange_total_minor:
        rows.append((_("Exchange goods"), -what.exchange_total_minor))
    if what.due_minor:
        rows.append((_("Paid by the customer on top"), what.due_minor))
    rows = [(words, minor) for words, minor in rows if minor]
    return [(_("Worth of the goods"), what.line_total_minor), *rows] if rows else []


def _in_words(one: ReturnAdjustment, what: CustomerReturn, conditions: Mapping[str, str]) -> str:
    values: dict[str, Any] = {
        "line": one.line_number, "reason": one.reason, "who": one.made_by, "by": one.approved_by,
        "shop": what.fees_kept_by, "condition": conditions.get(one.reason, one.reason),
    }  # fmt: skip
    if one.kind == AdjustmentKind.FEE:
        said = _("Restocking fee for line %(line)s (%(condition)s), kept by shop %(shop)s")
    elif one.kind == AdjustmentKind.ROUNDING:
        said = _("Cash rounding")
    elif not one.in_effect:
        said = _("Line %(line)s changed by %(who)s (“%(reason)s”), if a manager allows it")
    elif one.approved_by:
        said = _("Line %(line)s changed by %(who)s (“%(reason)s”), allowed by %(by)s")
    else:
        said = _("Line %(line)s changed by %(who)s: “%(reason)s”")
    return said % values
