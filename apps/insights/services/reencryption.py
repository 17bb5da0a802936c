"""A pass over the stored secrets that somebody asked for on a page: asked, carried on, finished."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor, worker_actor
from apps.common.errors import Conflict, StaleState
from apps.common.keyring import keyring
from apps.common.wakeup import wake_on_commit
from apps.insights.models import Reencryption
from apps.insights.services.resealing import Tally, reencrypt_all

LEASE = timedelta(minutes=2)
PASS_S = 60
"""A worker goes on for so long, then leaves the rest to the next: no task runs for hours."""


@transaction.atomic
def ask_reencryption(*, actor: Actor, now: datetime) -> Reencryption:
    """Have a worker put every stored secret under the newest key. Conflict when one is at it.

    An open pass towards another key is closed: the newest key is another one by now.
    """
    mark = keyring().newest
    open_ = Reencryption.objects.select_for_update().filter(finished_at=None).first()
    if open_ is not None and open_.mark == mark:
        raise Conflict("It is under way already.")
    if open_ is not None:
        Reencryption.objects.filter(pk=open_.pk).update(finished_at=now)
    run = Reencryption.objects.create(mark=mark, asked_at=now, asked_by=actor.label, due_at=now)
    audit.record([_fact("secrets.reencryption_asked", mark, {})], actor=actor, now=now)
    wake_on_commit("insights.reencrypt")
    return run


def carry_on(*, clock: Callable[[], datetime]) -> None:
    """Take up the pass that is due, if any, and go on with it until it is done, or for a minute.

    A process that does not know the newest key yet leaves it alone: it would work towards its own.
    """
    now = clock()
    run = Reencryption.objects.filter(finished_at=None, due_at__lte=now).first()
    if run is None or run.mark != keyring().newest:
        return
    before, stop = run.reencrypted, time.monotonic() + PASS_S
    try:
        _note(run, due_at=now + LEASE)
        for tallies in reencrypt_all():
            late = is_late(stop)
            _note(
                run, **figures(tallies, before), due_at=clock() + (timedelta() if late else LEASE)
            )
            if late:
                return
        _finish(run, tallies, before, now=clock())
    except StaleState:  # another worker took it over, or it was closed
        return


def is_late(stop: float) -> bool:
    return time.monotonic() > stop


def record_pass(tallies: Sequence[Tally], *, actor: Actor, now: datetime, **more: Any) -> None:
    """An entry in the trail, with the tally of each field."""
    data = {"fields": [asdict(tally) for tally in tallies], **more}
    told = _fact("secrets.reencrypted", keyring().newest, data)
    audit.record([told], actor=actor, now=now)


def figures(tallies: Sequence[Tally], before: int = 0) -> dict[str, int]:
    """The sums over all fields; `before` values were re-encrypted in an earlier part of the pass."""
    return {
        "total": sum(tally.total for tally in tallies),
        "seen": sum(tally.seen for tally in tallies),
        "reencrypted": before + sum(tally.reencrypted for tally in tallies),
        "unreadable": sum(tally.unreadable for tally in tallies),
    }


@transaction.atomic
def _finish(run: Reencryption, tallies: Sequence[Tally], before: int, *, now: datetime) -> None:
    _note(run, finished_at=now)
    record_pass(
        tallies,
        actor=worker_actor("insights.reencrypt"),
        now=now,
        asked_by=run.asked_by,
        reencrypted_in_earlier_parts=before,
    )


def _note(run: Reencryption, **changes: Any) -> None:
    """By compare-and-set on the lease: who lost it writes nothing more."""
    rows = Reencryption.objects.filter(pk=run.pk, finished_at=None, due_at=run.due_at)
    if not rows.update(**changes):
        raise StaleState("Somebody else carries on with it.")
    for name, value in changes.items():
        setattr(run, name, value)


def _fact(action: str, mark: str, data: dict[str, Any]) -> Fact:
    return Fact(action, "secrets", mark, subject_label=f"key {mark}", data=data)
