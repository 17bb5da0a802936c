"""The ledger, held against what arrived. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from soak.deliveries.ledger import Ledger, Told
from soak.deliveries.moods import Mood
from soak.deliveries.plan import Wish
from soak.deliveries.receiver import Arrival

AT_REST = ("delivered",)


@dataclass(slots=True)
class Verdict:
    """One destination's. `delays` are seconds from the commit to the moment it was first taken."""

    name: str
    wanted: int = 0
    arrivals: int = 0
    repeated: int = 0  # taken, and sent once more: the worker that knew had been killed
    signed_by_two: int = 0
    missing: list[str] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)


def judge(wish: Wish, ledger: Ledger, arrivals: Sequence[Arrival]) -> Verdict:
    """What every event of the ledger came to at this destination."""
    wanted = {event.id: event for event in ledger.events if wish.wants(event.type)}
    taken: dict[str, list[Arrival]] = defaultdict(list)
    for arrival in arrivals:
        if arrival.mood is Mood.OK:
            taken[arrival.event_id].append(arrival)
    verdict = Verdict(wish.name, len(wanted), len(arrivals))
    verdict.repeated = sum(len(times) - 1 for times in taken.values())
    verdict.signed_by_two = sum(arrival.signatures >= 2 for arrival in arrivals)
    verdict.missing = [_name(e) for e in wanted.values() if e.id not in taken]
    verdict.unwanted = sorted({a.event_id for a in arrivals} - set(wanted))
    verdict.unsigned = [a.event_id for a in arrivals if not a.signatures]
    verdict.delays = sorted(
        taken[e.id][0].at - e.recorded_at for e in wanted.values() if e.id in taken
    )
    verdict.stuck = [
        f"{count} {status}"
        for (name, status), count in ledger.deliveries.items()
        if name == wish.name and status not in AT_REST
    ]
    if wish.ordered:
        verdict.out_of_order = _out_of_order(arrivals)
    return verdict


def _out_of_order(arrivals: Iterable[Arrival]) -> list[str]:
    """A subject's events that came for the first time before an earlier one had been taken."""
    came: dict[str, int] = {}
    taken: dict[str, set[int]] = defaultdict(set)
    wrong = []
    for arrival in arrivals:
        if arrival.sequence > came.get(arrival.subject, 0):
            before = came.get(arrival.subject)
            if before is not None and before not in taken[arrival.subject]:
                # Unless its answer was lost on the way back, which only a cut line does.
                wrong.append(f"{arrival.subject}: {arrival.sequence} before {before} was taken")
            came[arrival.subject] = arrival.sequence
        elif (
            arrival.sequence not in taken[arrival.subject]
            and arrival.sequence < came[arrival.subject]
        ):
            wrong.append(f"{arrival.subject}: {arrival.sequence} after {came[arrival.subject]}")
        if arrival.mood is Mood.OK:
            taken[arrival.subject].add(arrival.sequence)
    return wrong


def _name(event: Told) -> str:
    return f"{event.type} {event.subject} {event.sequence} ({event.id})"
