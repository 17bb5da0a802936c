from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.returns.policy.facts import Facts
from apps.returns.policy.findings import Finding, by_action, ok
from apps.returns.policy.settings.window import CountedFrom, Window
from apps.sales.commands import SaleFacts


def window(facts: Facts) -> Finding | None:
    """Until the last second of the last day, in the shop's time zone."""
    if facts.sale is None or facts.rules is None:
        return None
    settings, zone = facts.rules.window, ZoneInfo(facts.store_timezone)
    begins_at, what = _begin(facts.sale, settings)
    first_day, today = _day(begins_at, zone), _day(facts.at, zone)
    last_day, holiday = _last_day(first_day, settings)
    inputs: dict[str, Any] = {
        what: begins_at.isoformat(),
        "days": settings.days,
        "last_day": str(last_day),
        "today": str(today),
    }
    if holiday:
        inputs["holiday_until"] = str(last_day)
    if today <= last_day:
        return ok("window", inputs)
    return by_action("window", "window-expired", inputs, settings.late)


def _begin(sale: SaleFacts, settings: Window) -> tuple[datetime, str]:
    if settings.counted_from == CountedFrom.DELIVERY and sale.delivered_at is not None:
        return sale.delivered_at, "delivered"
    return sale.sold_at, "sold"


def _last_day(first_day: date, settings: Window) -> tuple[date, bool]:
    """The later of the usual last day and that of a holiday; whether it is a holiday's."""
    usual = first_day + timedelta(days=settings.days)
    longer = [h.until for h in settings.holidays if h.first <= first_day <= h.last]
    latest = max([usual, *longer])
    return latest, latest > usual


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
