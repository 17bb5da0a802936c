"""Carrying deliveries out: take a turn, commit, call, write down what became of it.

No transaction is open while another system is called. A worker that dies leaves deliveries whose
lease ends; the next one sends them again, under the same event id: at least once, never lost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from apps.common.ids import uuid7
from apps.common.limits import Limit, RateLimited, check
from apps.common.wakeup import wake_on_commit
from apps.events.models import Event
from apps.integrations import store
from apps.integrations.commands import CallMade
from apps.integrations.gateways import connector_for
from apps.integrations.gateways.base import Connector, Message, Result, Target
from apps.integrations.locks import hold_place
from apps.integrations.models import Destination
from apps.integrations.policy.answers import PERMANENT, RETRY, Outcome
from apps.integrations.policy.mapping import MappingError
from apps.integrations.services.settling import Sent, settle_sent
from apps.integrations.services.targets import mapper_of, message_of, target_of
from apps.integrations.services.turns import FEWEST, Turn, has_turn, next_size, take_turn

logger = logging.getLogger(__name__)

LONGEST = timedelta(seconds=30)
FLUSH_EVERY = timedelta(seconds=1)


def deliver_due(destination_id: UUID, concurrency: int, *, clock: Callable[[], datetime]) -> int:
    """Send what is due to one destination, for half a minute at most; how many were looked at.

    0 when as many workers as it allows are at it already.
    """
    until, seen, goes_on = clock() + LONGEST, 0, True
    while goes_on:
        with hold_place(destination_id, concurrency) as held:
            if not held:
                break
            more, goes_on = _take_turns(destination_id, until, clock)
            seen += more
        # What came after the last look, while the place seemed taken, was left to us.
        goes_on = goes_on and has_turn(destination_id, now=clock())
    return seen


def _take_turns(
    destination_id: UUID, until: datetime, clock: Callable[[], datetime]
) -> tuple[int, bool]:
    """(how many were looked at, whether there may be more for us)."""
    seen, size = 0, FEWEST
    while (began := clock()) < until:
        turn = take_turn(destination_id, now=began, most=size)
        if turn is None:
            return seen, True
        seen += len(turn.claims)
        went = _carry_out(turn, clock)
        if not went.on:
            return seen, False
        size = next_size(size, went.per_call)
    wake_on_commit("integrations.carry_feed")  # somebody goes on at once
    return seen, False


@dataclass(frozen=True, slots=True)
class Went:
    """`on`: False when the destination is to be left alone for now."""

    on: bool
    per_call: timedelta = timedelta(0)


def _carry_out(turn: Turn, clock: Callable[[], datetime]) -> Went:
    try:
        return _send(turn, clock)
    except Exception as error:  # a mistake of ours, or a secret that cannot be read: tried again
        logger.exception("deliveries to %s were not carried out", turn.destination)
        cause = f"ours: {type(error).__name__}"
        untried = [_untried(claim, RETRY, cause, clock()) for claim in turn.claims]
        return Went(settle_sent(turn.destination, untried, now=clock()))


def _send(turn: Turn, clock: Callable[[], datetime]) -> Went:
    connector, target = connector_for(turn.destination.kind), target_of(turn.destination, clock())
    messages, hopeless = _messages(turn, clock())
    if hopeless:
        settle_sent(turn.destination, hopeless, now=clock())
    there = [claim for claim in turn.claims if claim.id in messages]
    size = len(there) if connector.carries_many(target.config) else 1
    calls = [there[i : i + size] for i in range(0, len(there), size)] if there else []
    return _call_all(turn, connector, target, calls, messages, clock)


def _call_all(
    turn: Turn,
    connector: Connector,
    target: Target,
    calls: Sequence[Sequence[store.Claimed]],
    messages: dict[int, Message],
    clock: Callable[[], datetime],
) -> Went:
    """One call after the other; written down every second, and at once after a failure.

    What is not called is given back: the time of the claim is over, the destination's rate is
    reached, or its breaker has opened.
    """
    waiting: list[Sent] = []
    last_flush, goes_on, took, place = clock(), True, 0, 0
    for place, claims in enumerate(calls, start=1):
        now = clock()
        if now >= turn.deadline or not _within_rate(turn.destination):
            store.release([claim for left in calls[place - 1 :] for claim in left])
            goes_on = now >= turn.deadline
            break
        result = connector.deliver([messages[claim.id] for claim in claims], target, now=now)
        took += result.call.milliseconds
        waiting += _sent(claims, result)
        if not waiting[-1].outcome.ok or clock() - last_flush >= FLUSH_EVERY:
            goes_on = settle_sent(turn.destination, waiting, now=clock())
            waiting, last_flush = [], clock()
            if not goes_on:
                store.release([claim for left in calls[place:] for claim in left])
                break
    if waiting:
        goes_on = settle_sent(turn.destination, waiting, now=clock()) and goes_on
    return Went(goes_on, timedelta(milliseconds=took) / max(1, place))


def _sent(claims: Sequence[store.Claimed], result: Result) -> list[Sent]:
    call_id = uuid7()
    return [
        Sent(claim, call_id, result.call, outcome)
        for claim, outcome in zip(claims, result.outcomes, strict=True)
    ]


def _within_rate(destination: Destination) -> bool:
    """Whether one more call keeps to the calls a minute that were set; always without Valkey."""
    rate = destination.rate_per_minute
    try:
        check(f"destination:{destination.pk}", Limit(rate, max(1, rate // 10), per_s=60))
    except RateLimited:
        return False
    return True


def _messages(turn: Turn, now: datetime) -> tuple[dict[int, Message], list[Sent]]:
    """What each delivery carries, by its id; and those that cannot be sent, with the reason."""
    events = Event.objects.in_bulk([claim.event_id for claim in turn.claims])
    mapped = mapper_of(turn.destination)
    messages: dict[int, Message] = {}
    hopeless: list[Sent] = []
    for claim in turn.claims:
        if claim.event_id not in events:  # it waited longer than events are kept
            hopeless.append(_untried(claim, PERMANENT, "event-gone", now))
            continue
        try:
            messages[claim.id] = message_of(events[claim.event_id], mapped)
        except MappingError as error:
            hopeless.append(_untried(claim, PERMANENT, "mapping", now, str(error)))
    return messages, hopeless


def _untried(claim: store.Claimed, kind: str, cause: str, now: datetime, detail: str = "") -> Sent:
    """Nothing was sent, and why."""
    call = CallMade(now, 0, None, cause[:64], {}, "", detail)
    return Sent(claim, uuid7(), call, Outcome(kind, cause, detail))
