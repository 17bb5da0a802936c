"""One register's day: its share of the sales first, then its share of the returns."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from client.simulate.baskets import Basket
from client.simulate.register import SimulatedRegister
from client.simulate.scenarios import SCENARIOS, Scenario, return_elsewhere
from client.transport import JsonObject


@dataclass(slots=True)
class Figures:
    """What one register did. `returns` counts by (scenario, what came of it)."""

    done: int = 0
    sales: Counter[Basket] = field(default_factory=Counter)
    returns: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Day:
    """What a register has to do; `offset` makes registers start with different scenarios."""

    till: SimulatedRegister
    sales: int
    returns: int
    offset: int
    elsewhere: SimulatedRegister | None


def plan_days(tills: Sequence[SimulatedRegister], sales: int, returns: int) -> list[Day]:
    """Shares the work out evenly; a till of another shop takes back what one sold, if there is."""
    days = []
    first_return = 0
    for index, till in enumerate(tills):
        away = [other for other in tills if other.store != till.store]
        own_returns = _share(returns, index, len(tills))
        days.append(
            Day(
                till=till,
                sales=_share(sales, index, len(tills)),
                returns=own_returns,
                offset=first_return,
                elsewhere=away[index % len(away)] if away else None,
            )
        )
        first_return += own_returns
    return days


def scenarios_of(day: Day) -> list[Scenario]:
    """The day's returns, in turn; with another shop at hand, also across shops."""
    known = list(SCENARIOS)
    if day.elsewhere:
        known.append(Scenario("at another shop", Basket.SEVERAL, return_elsewhere(day.elsewhere)))
    return [known[(day.offset + n) % len(known)] for n in range(day.returns)]


def play_day(day: Day, figures: Figures, stop: threading.Event) -> None:
    """Sells and takes back; raises SimulationError at the first thing that is not as it must be."""
    scenarios = scenarios_of(day)
    shelf: defaultdict[Basket, list[JsonObject]] = defaultdict(list)
    day.till.report_health()
    for kind in _baskets(scenarios, day.sales):
        if stop.is_set():
            return
        shelf[kind].append(day.till.sell(kind))
        figures.sales[kind] += 1
        figures.done += 1
    for scenario in scenarios:
        if stop.is_set():
            return
        # More returns than sales were asked for: the rest get a sale of their own, uncounted.
        sold = shelf[scenario.basket]
        sale = sold.pop() if sold else day.till.sell(scenario.basket)
        outcome = scenario.play(day.till, sale)
        figures.returns[scenario.name, outcome] += 1
        figures.done += 1


def _baskets(scenarios: Sequence[Scenario], count: int) -> list[Basket]:
    """The baskets the scenarios need, filled up with all kinds in turn."""
    kinds = list(Basket)
    needed = [scenario.basket for scenario in scenarios][:count]
    return needed + [kinds[n % len(kinds)] for n in range(count - len(needed))]


def _share(total: int, index: int, parts: int) -> int:
    return total // parts + (index < total % parts)
