"""Work on many deliveries: asked for on a page, carried out by a worker, in batches."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor, worker_actor
from apps.common.errors import Invalid, NotYours, StaleState
from apps.common.wakeup import wake_on_commit
from apps.integrations.models import Destination, Job
from apps.integrations.services.job_steps import count_of, take_step
from apps.integrations.states import JobKind

LEASE = timedelta(minutes=2)
PASS_S = 60
"""A worker goes on for so long, then leaves the rest to the next: no task runs for hours."""
WITH_REASON = (JobKind.RESOLVE, JobKind.DISCARD, JobKind.DISCARD_ONE)


class SamePerson(NotYours):
    """Who asks for it is not the one who answers."""

    code = "not-allowed"


@transaction.atomic
def ask_job(
    kind: JobKind,
    destination: Destination,
    about: dict[str, Any],
    *,
    note: str = "",
    needs_second: bool = False,
    actor: Actor,
    now: datetime,
) -> Job:
    """Have a worker do it; with `needs_second`, once another person has said yes."""
    if kind in WITH_REASON and not note.strip():
        raise Invalid("Say why.")
    job = Job.objects.create(
        kind=kind, destination=destination, about=about, note=note.strip()[:500], asked_at=now,
        asked_by=actor.label, asked_by_id=f"{actor.kind}:{actor.id}", needs_second=needs_second,
        due_at=None if needs_second else now,
    )  # fmt: skip
    _record("asked", job, actor=actor, now=now)
    wake_on_commit("integrations.carry_on_jobs")
    return job


@transaction.atomic
def answer_job(job: Job, *, yes: bool, actor: Actor, now: datetime) -> None:
    """The second person's word. NotYours to whoever asked; StaleState when it was answered."""
    me = f"{actor.kind}:{actor.id}"
    if me == job.asked_by_id:
        raise SamePerson("It takes another person than the one who asked.")
    waiting = Job.objects.filter(pk=job.pk, needs_second=True, answered_by_id="", finished_at=None)
    changed = waiting.update(
        answered_at=now, answered_by=actor.label, answered_by_id=me, declined=not yes,
        due_at=now if yes else None, finished_at=None if yes else now,
    )  # fmt: skip
    if not changed:
        raise StaleState("This was answered already.")
    _record("approved" if yes else "declined", job, actor=actor, now=now)
    wake_on_commit("integrations.carry_on_jobs")


def carry_on_jobs(*, clock: Callable[[], datetime]) -> int:
    """Go on with what is due, until nothing is, or for a minute; how many batches were done."""
    stop, batches = time.monotonic() + PASS_S, 0
    while time.monotonic() < stop and (job := _take_up(clock())):
        while time.monotonic() < stop:
            try:
                done = _one_batch(job, clock())
            except StaleState:  # another worker took it over
                break
            batches += 1
            if done:
                break
        else:
            Job.objects.filter(pk=job.pk, finished_at=None, due_at=job.due_at).update(
                due_at=clock()
            )
    return batches


def _take_up(now: datetime) -> Job | None:
    job = Job.objects.filter(finished_at=None, due_at__lte=now).order_by("due_at").first()
    if job is None:
        return None
    try:
        if job.total is None:
            _note(job, due_at=now + LEASE, total=count_of(job))
        else:
            _note(job, due_at=now + LEASE)
    except StaleState:
        return None
    return job


@transaction.atomic
def _one_batch(job: Job, now: datetime) -> bool:
    """A batch and how far the job is now, in one transaction; True when it was the last."""
    step = take_step(job, now=now)
    done = step.reached is None
    _note(
        job,
        seen=job.seen + step.seen,
        changed=job.changed + step.changed,
        reached=job.reached if step.reached is None else step.reached,
        **({"finished_at": now} if done else {"due_at": now + LEASE}),
    )
    if step.changed:
        wake_on_commit("integrations.carry_feed")
    if done:
        actor = worker_actor("integrations.carry_on_jobs")
        _record("finished", job, actor=actor, now=now, done=job.changed, looked_at=job.seen)
    return done


def _note(job: Job, **changes: Any) -> None:
    """By compare-and-set on the lease: who lost it writes nothing more."""
    rows = Job.objects.filter(pk=job.pk, finished_at=None, due_at=job.due_at)
    if not rows.update(**changes):
        raise StaleState("Somebody else carries on with it.")
    for name, value in changes.items():
        setattr(job, name, value)


def _record(what: str, job: Job, *, actor: Actor, now: datetime, **more: Any) -> None:
    """One entry for the whole job, when it is asked for, answered and finished: not one a row."""
    data = {"destination": job.destination.name, "kind": job.kind, **job.about, **more}
    if what == "finished":
        data |= {"asked_by": job.asked_by, "answered_by": job.answered_by}
    told = Fact(
        f"deliveries.job_{what}", "job", str(job.pk), subject_label=str(job)[:150],
        reason=job.note, data=data,
    )  # fmt: skip
    audit.record([told], actor=actor, now=now)
