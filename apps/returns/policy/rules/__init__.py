"""The rules, each one function in a file of its own. Pure.

A rule answers a `Finding`: its code and the inputs it looked at. Rules that do not apply answer
None, and leave no trace. Adding one: its file here, a line below, its code in `codes.py` and
docs/api.md, its words in `admin/story.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from apps.returns.policy.facts import Facts, LineFacts
from apps.returns.policy.findings import Finding
from apps.returns.policy.pricing import Totals
from apps.returns.policy.rules.exchange_stock import exchange_stock
from apps.returns.policy.rules.line_belongs import line_belongs
from apps.returns.policy.rules.policy_in_force import policy_in_force
from apps.returns.policy.rules.quantity_left import quantity_left
from apps.returns.policy.rules.returnable import returnable
from apps.returns.policy.rules.sale_known import sale_known
from apps.returns.policy.rules.window import window

__all__ = [
    "OF_LINES",
    "OF_THE_SUM",
    "OF_THE_WHOLE",
    "exchange_stock",
    "line_belongs",
    "quantity_left",
]

OF_THE_WHOLE: tuple[Callable[[Facts], Finding | None], ...] = (
    policy_in_force,
    sale_known,
    window,
)
"""Asked once; what they say counts for every line."""

OF_LINES: tuple[Callable[[LineFacts, Facts], Finding | None], ...] = (returnable,)
"""Asked for each line, after `line_belongs` and `quantity_left`."""

OF_THE_SUM: tuple[Callable[[Facts, Totals], Finding | None], ...] = ()
"""Asked when it is known what all of it is worth; they count for every line."""
