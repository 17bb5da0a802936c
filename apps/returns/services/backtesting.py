"""Back-tests: the rules of a version tried on past returns, asked for on a page, done by a worker."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor, worker_actor
from apps.common.errors import Invalid, StaleState
from apps.common.wakeup import wake_on_commit
from apps.returns import store
from apps.returns.models import BackTest, BackTestCase, CustomerReturn, PolicyVersion, ReturnPolicy
from apps.returns.services.comparing import Compared, compare, make_book
from apps.returns.services.past import PARTS, RELATED, deciders_of, load_past
from apps.returns.states import PolicyScope

BATCH = 250
LEASE = timedelta(minutes=2)
PASS_S = 60
"""A worker goes on for so long, then leaves the rest to the next: no task runs for hours."""
MOST_DAYS = 730
TASK = "returns.carry_on_back_tests"


@transaction.atomic
def ask_back_test(version: PolicyVersion, *, days: int, actor: Actor, now: datetime) -> BackTest:
    """Have a worker try the version, as it stands now, on the returns of the last days."""
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"From 1 to {MOST_DAYS} days.")
    test = BackTest.objects.create(
        version=version, rules=version.rules, lock_version=version.lock_version, days=days,
        returns_since=now - timedelta(days=days), returns_until=now, asked_at=now, asked_by=actor.label[:150],
        due_at=now,
    )  # fmt: skip
    _record("asked", test, actor=actor, now=now)
    wake_on_commit(TASK)
    return test


@transaction.atomic
def cancel_back_test(test: BackTest, *, actor: Actor, now: datetime) -> None:
    """What was compared so far stays. StaleState when it is finished."""
    running = BackTest.objects.filter(pk=test.pk, finished_at=None)
    if not running.update(finished_at=now, cancelled=True):
        raise StaleState("This back-test is finished.")
    _record("cancelled", test, actor=actor, now=now)


def carry_on_back_tests(*, clock: Callable[[], datetime]) -> int:
    """Go on with what is due, until nothing is, or for a minute; how many batches were done."""
    stop, batches = time.monotonic() + PASS_S, 0
    while time.monotonic() < stop and (test := _take_up(clock())):
        try:
            done = False
            while not done and time.monotonic() < stop:
                done = take_batch(test, clock())
                batches += 1
            if not done:
                _note(test, due_at=clock())
        except StaleState:  # cancelled, or another worker took it over
            continue
    return batches


def _take_up(now: datetime) -> BackTest | None:
    due = BackTest.objects.filter(finished_at=None, due_at__lte=now).order_by("due_at")
    test = due.select_related("version__policy").first()
    if test is None:
        return None
    total = {} if test.total is not None else {"total": returns_of(test).count()}
    try:
        _note(test, due_at=now + LEASE, **total)
    except StaleState:
        return None
    return test


def returns_of(test: BackTest) -> QuerySet[CustomerReturn]:
    """The returns of these days that are for the policy to decide, unless another goes before it."""
    heard = CustomerReturn.objects.filter(
        received_at__gte=test.returns_since, received_at__lt=test.returns_until
    )
    return heard.filter(_in_scope(test.version.policy))


def _in_scope(policy: ReturnPolicy) -> Q:
    scope = Q(purchase_channel=policy.channel) if policy.channel else Q()
    if policy.scope == PolicyScope.STORE:
        return scope & Q(store=policy.store_id)
    # Sandbox shops are for trying things out; nothing of theirs is worth money.
    scope &= Q(store__sandbox=False)
    return scope & Q(store__region=policy.region_id) if policy.region_id else scope


@transaction.atomic
def take_batch(test: BackTest, now: datetime) -> bool:
    """A batch, its sums and how far the test is now, in one transaction; True for the last one."""
    rows = returns_of(test)
    if test.reached_at is not None:
        tied = Q(received_at=test.reached_at, pk__gt=test.reached_id)
        rows = rows.filter(Q(received_at__gt=test.reached_at) | tied)
        rows = rows.filter(received_at__gte=test.reached_at)
    rows = rows.select_related(*RELATED).prefetch_related(*PARTS)
    batch = list(rows.order_by("received_at", "pk")[:BATCH])
    mine = _decided_by(test.version.policy_id, batch)
    compared = compare(load_past(mine), make_book(test.version, test.rules))
    _add(test, compared)
    done = len(batch) < BATCH
    ended: dict[str, Any] = {"finished_at": now} if done else {"due_at": now + LEASE}
    if batch:
        ended |= {"reached_at": batch[-1].received_at, "reached_id": batch[-1].pk}
    elsewhere = len(batch) - len(mine)
    _note(test, seen=test.seen + len(batch), elsewhere=test.elsewhere + elsewhere, **ended)
    if done:
        _record("finished", test, actor=worker_actor(TASK), now=now, looked_at=test.seen)
    return done


def _decided_by(policy_id: int, batch: Sequence[CustomerReturn]) -> list[CustomerReturn]:
    deciders = deciders_of(batch, as_if=policy_id)
    return [one for one, policy in zip(batch, deciders, strict=True) if policy == policy_id]


def _add(test: BackTest, compared: Sequence[Compared]) -> None:
    """To the sums; what would change, or could not be rebuilt, is kept case by case."""
    sums: dict[tuple[Any, ...], Counter[str]] = {}
    for one in compared:
        key = (one.before, one.after, one.code, one.currency, one.rebuilt)
        sums.setdefault(key, Counter()).update(
            returns=1, changed=int(one.changed), before=one.before_minor, after=one.after_minor
        )
    store.add_tallies(test.pk, sums)
    BackTestCase.objects.bulk_create(
        BackTestCase(
            back_test=test, customer_return=one.past.what, before=one.before, after=one.after,
            code=one.code, rebuilt=one.rebuilt, currency=one.currency,
            before_minor=one.before_minor, after_minor=one.after_minor,
        )
        for one in compared
        if one.changed or not one.rebuilt
    )  # fmt: skip


def _note(test: BackTest, **changes: Any) -> None:
    """By compare-and-set on the lease: who lost it writes nothing more."""
    rows = BackTest.objects.filter(pk=test.pk, finished_at=None, due_at=test.due_at)
    if not rows.update(**changes):
        raise StaleState("Somebody else carries on with it, or it was cancelled.")
    for name, value in changes.items():
        setattr(test, name, value)


def _record(what: str, test: BackTest, *, actor: Actor, now: datetime, **more: Any) -> None:
    data = {"version": str(test.version), "days": test.days, "asked_by": test.asked_by, **more}
    fact = Fact(
        f"policy.back_test_{what}", "policy", str(test.version.policy_id),
        subject_label=str(test.version), data=data,
    )  # fmt: skip
    audit.record([fact], actor=actor, now=now)
