"""The events that a destination can ask for (docs/api.md), grouped by what they are about."""

from __future__ import annotations

EVENT_TYPES: dict[str, tuple[str, ...]] = {
    "return": (
        "return.authorized",
        "return.needs_override",
        "return.denied",
        "return.completed",
        "return.voided",
        "return.expired",
    ),
    "refund": ("refund.succeeded", "refund.failed"),
    "sale": ("sale.recorded", "sale.delivered", "sale.partially_returned", "sale.fully_returned"),
    "stock": ("stock.changed", "stock.counting"),
    "item": ("item.changed",),
    "policy": ("policy.published", "policy.retired"),
    "terminal": ("terminal.*",),
    "approver": ("approver.locked",),
    "delivery": ("delivery.dead",),
    "destination": ("destination.attention",),
}


def known_types() -> list[str]:
    """Every type, and `return.*` and the like for all of a group, those to come included."""
    found = []
    for group, types in EVENT_TYPES.items():
        if f"{group}.*" not in types and len(types) > 1:
            found.append(f"{group}.*")
        found += types
    return found
