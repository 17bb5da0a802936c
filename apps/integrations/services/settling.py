"""Writing down what became of a call: deliveries, log, breaker; and telling when one is given up."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import worker_actor
from apps.common.cards import scrub_card_numbers
from apps.events import services as events
from apps.events.commands import News, Place
from apps.integrations import store
from apps.integrations.commands import CallMade
from apps.integrations.locks import lock_health
from apps.integrations.models import Delivery, Destination, DestinationHealth
from apps.integrations.policy.answers import GONE, PERMANENT, PERMANENT_TRIES, Outcome
from apps.integrations.policy.breaker import Breaker, after
from apps.integrations.policy.schedule import wait_before_next
from apps.integrations.services.destinations import note_disabled
from apps.integrations.services.turns import breaker_of
from apps.integrations.states import DeliveryStatus, DestinationStatus, SyncMode, WhenExhausted

DEAD_EVENT = "delivery.dead"


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery that was tried: the call that carried it, and what that means for it."""

    claim: store.Claimed
    call_id: UUID
    call: CallMade
    outcome: Outcome


@transaction.atomic
def settle_sent(destination: Destination, sent: Sequence[Sent], *, now: datetime) -> bool:
    """False when the destination is to be left alone from now on: breaker open, paused, disabled.

    What another worker has taken over meanwhile, since the lease had ended, is not touched.
    """
    rows = [_settled(one, destination, now) for one in sent]
    store.log_calls(destination.pk, list({one.call_id: one.call for one in sent}.items()))
    ours = store.settle(rows, now=now)
    store.log_attempts(rows)
    # Late, so that those who write down at the same time wait for a moment only. Claims skip what is
    # locked, so nobody who holds the health ever waits for the deliveries above.
    health = lock_health(destination.pk)
    if destination.sync_mode == SyncMode.AT_ONCE:
        health.last_run_at = now
    breaker = after(breaker_of(health), _by_call(sent), now)
    _write_health(health, breaker, sent, now)
    dead = [r for r in rows if r.status == DeliveryStatus.DEAD and r.claimed.id in ours]
    _give_up(destination, dead, now)
    stopped = _stop(destination, health, sent, dead, now)
    return breaker.lets_through(now) and not breaker.wants_a_probe and not stopped


def _settled(sent: Sent, destination: Destination, now: datetime) -> store.Settled:
    claim, outcome = sent.claim, sent.outcome
    if outcome.ok:
        return store.Settled(
            claim, DeliveryStatus.DELIVERED, None, "", "", outcome.kind, sent.call_id
        )
    detail = scrub_card_numbers(outcome.detail)[:200]
    wait = wait_before_next(
        claim.tries, destination.schedule, dice=random.random(), asked=outcome.retry_after
    )
    hopeless = outcome.kind == PERMANENT and claim.tries >= PERMANENT_TRIES
    status, next_at = DeliveryStatus.DEAD, None
    if wait is not None and not hopeless:
        status, next_at = DeliveryStatus.PENDING, now + wait
    return store.Settled(
        claim, status, next_at, outcome.cause[:80], detail, outcome.kind, sent.call_id
    )


def _by_call(sent: Sequence[Sent]) -> list[bool]:
    """A refused item is the item's fault; what the breaker counts is whether calls get through."""
    calls: dict[UUID, bool] = {}
    for one in sent:
        reached = one.outcome.ok or one.outcome.kind == PERMANENT
        calls[one.call_id] = calls.get(one.call_id, True) and reached
    return list(calls.values())


def _write_health(
    health: DestinationHealth, breaker: Breaker, sent: Sequence[Sent], now: datetime
) -> None:
    health.failures_in_a_row = breaker.failures_in_a_row
    health.open_until = breaker.open_until
    health.opened_for_seconds = int(breaker.opened_for.total_seconds())
    health.recent = [[at.isoformat(), ok] for at, ok in breaker.recent]
    health.probing_until = None
    if any(one.outcome.ok for one in sent):
        health.last_success_at, health.failing_since = now, None
    if not all(one.outcome.ok for one in sent):
        health.last_failure_at = now
        health.failing_since = health.failing_since or now
    health.save()


def _give_up(destination: Destination, dead: Sequence[store.Settled], now: datetime) -> None:
    """Told as an event and written down; what could not tell of a dead one is not told of again."""
    if not dead:
        return
    given_up = Delivery.objects.in_bulk([row.claimed.id for row in dead])
    facts, news = [], []
    for row in dead:
        delivery = given_up[row.claimed.id]
        data = {"destination": destination.name, "event": str(delivery.event_id),
                "type": delivery.event_type, "cause": row.cause, "attempts": delivery.attempts}  # fmt: skip
        facts.append(Fact("delivery.dead", "delivery", str(delivery.pk),
                          subject_label=delivery.label, reason=row.cause, data=data))  # fmt: skip
        if delivery.event_type != DEAD_EVENT:
            news.append(News(DEAD_EVENT, "delivery", str(delivery.pk), data))
    audit.record(facts, actor=worker_actor("integrations.deliver"), now=now)
    if news:
        events.tell(news, place=Place(None, "", "", now), now=now)


def _stop(
    destination: Destination,
    health: DestinationHealth,
    sent: Sequence[Sent],
    dead: Sequence[store.Settled],
    now: datetime,
) -> bool:
    """410 disables at once; an exhausted delivery pauses, where that was chosen."""
    gone = any(one.outcome.kind == GONE for one in sent)
    pause = bool(dead) and destination.when_exhausted == WhenExhausted.PAUSE
    if not (gone or pause):
        return False
    to = DestinationStatus.DISABLED if gone else DestinationStatus.PAUSED
    why = (
        "It answered 410: it wants to hear no more." if gone else "A delivery used up its attempts."
    )
    changed = Destination.objects.filter(pk=destination.pk, status=DestinationStatus.ACTIVE).update(
        status=to, status_reason=why
    )
    if changed:
        if gone:
            note_disabled(destination)
        fact = Fact(f"destination.{to}", "destination", str(destination.pk),
                    subject_label=destination.name, reason=why)  # fmt: skip
        audit.record([fact], actor=worker_actor("integrations.deliver"), now=now)
    return True
