from __future__ import annotations

from apps.returns.policy.facts import Facts
from apps.returns.policy.findings import Finding, by_action
from apps.sales.states import Channel


def purchase_channel(facts: Facts) -> Finding | None:
    """Bought online or by phone, and brought to a shop."""
    if facts.sale is None or facts.rules is None or facts.sale.channel == Channel.STORE:
        return None
    settings, channel = facts.rules.channel, facts.sale.channel
    online = channel == Channel.ONLINE
    code = "bought-online" if online else "bought-by-phone"
    action = settings.online if online else settings.phone
    return by_action("purchase_channel", code, {"channel": channel}, action)
