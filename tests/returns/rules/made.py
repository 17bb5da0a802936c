"""Facts under a policy, and what a rule says of them; all without a database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from apps.inventory.commands import ItemNow
from apps.returns.policy import Decision, Facts, LineFacts, Rulebook, decide
from apps.returns.policy.settings import Rules, default_rules
from apps.sales.commands import SaleFacts
from tests.returns.test_policy import asked, facts, sold_line

ITEM = ItemNow(1, "SKU-1", "shoes", True, False, False, False)


def rules(**groups: Any) -> Rules:
    """The default rules with these groups; other settings of window and authorization are added."""
    least = default_rules()
    return Rules.from_json({
        **least, **{name: {**least.get(name, {}), **group} for name, group in groups.items()}
    })  # fmt: skip


def ruled(*lines: LineFacts, changes: dict[str, Any] | None = None, **groups: Any) -> Facts:
    """Three of SKU-1 were sold for 1.00 EUR on 1 November in shop 1; one comes back on the 20th."""
    book = Rulebook(1, "Standard", 3, rules(**groups))
    return facts(*lines, rulebook=book, **(changes or {}))


def of_sale(**changes: Any) -> dict[str, Any]:
    """For `changes`: the usual sale, changed."""
    sale = facts().sale
    assert isinstance(sale, SaleFacts)
    return {"sale": replace(sale, **changes)}


def line(quantity: str = "1", *, ask: dict[str, Any] | None = None, **sold: Any) -> LineFacts:
    """A line of the usual sale; `ask` changes what was asked, the others what was sold."""
    return LineFacts(asked(quantity=quantity, **(ask or {})), sold_line(**sold))


def blind(quantity: str = "1", lowest: int | None = 250, **item: Any) -> LineFacts:
    """A line that names SKU-1 and no sale."""
    one = asked(quantity=quantity, sale_line=None, sku="SKU-1")
    return LineFacts(one, None, item=replace(ITEM, **item), lowest_minor=lowest)


def without_receipt(*lines: LineFacts, changes: Any = None, **settings: Any) -> Facts:
    """A customer without receipt who shows a document, where the policy allows that."""
    known = {"kind": "blind", "sale": None, "id_shown": True, "returner_known": True}
    group = {"blind": "allow", "unverified": "allow", **settings}
    return ruled(*(lines or (blind(),)), changes={**known, **(changes or {})}, no_receipt=group)


def said(what: Facts, rule: str) -> tuple[str, str] | None:
    """The rule's code and outcome; None when it left no trace."""
    row = traced(what, rule)
    return (row["code"], row["outcome"]) if row else None


def traced(what: Facts, rule: str) -> dict[str, Any] | None:
    return next((row for row in decide(what).trace if row["rule"] == rule), None)


def inputs(what: Facts, rule: str) -> dict[str, Any]:
    row = traced(what, rule)
    assert row is not None
    found: dict[str, Any] = row["inputs"]
    return found


def decided(what: Facts) -> Decision:
    return decide(what)
