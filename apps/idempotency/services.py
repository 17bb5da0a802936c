"""The same request twice has one effect and one answer."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from apps.common.errors import Busy, Unprocessable
from apps.idempotency import store
from apps.idempotency.commands import Answer, Attempt


class InProgress(Busy):
    code = "idempotency-in-progress"


class KeyReused(Unprocessable):
    code = "idempotency-key-reused"


class _TakenMeanwhile(Exception):
    """The key was answered between our look and our lock; the whole effect is rolled back."""


def run_once(attempt: Attempt, effect: Callable[[], Answer]) -> Answer:
    """Carry out `effect` unless this key was answered before; then give that answer again.

    1. Take the key's advisory lock for this transaction, without waiting; taken → InProgress.
    2. A stored answer with the same fingerprint is given back; another fingerprint → KeyReused.
    3. Otherwise run `effect` and store its answer in the same transaction. Nothing it does is
       committed without the answer, and no answer without what it did.

    Step 1 looks with a snapshot that may be a breath older than the lock, so the holder before us
    may have committed unseen. The UNIQUE constraint notices in step 3; then everything is rolled
    back and step 2 answers.
    """
    try:
        return _run(attempt, effect)
    except _TakenMeanwhile:
        return _run(attempt, effect)


def is_answered(attempt: Attempt) -> bool:
    """Whether this key has its answer. Takes no lock: what comes of it is for `run_once` to say."""
    return store.is_kept(attempt.terminal_id, attempt.key)


@transaction.atomic
def _run(attempt: Attempt, effect: Callable[[], Answer]) -> Answer:
    got, kept = store.claim(attempt.terminal_id, attempt.key)
    if kept is not None:
        if kept.fingerprint != attempt.fingerprint:
            raise KeyReused(
                "This Idempotency-Key came before with another method, address or body."
            )
        return Answer(kept.status, kept.body, replayed=True, original_request_id=kept.request_id)
    if not got:
        raise InProgress("The same request is being carried out at this moment.")
    answer = effect()
    if answer.keep and not store.keep(
        terminal_id=attempt.terminal_id,
        key=attempt.key,
        fingerprint=attempt.fingerprint,
        method=attempt.method,
        path=attempt.path,
        effect=answer.effect,
        status=answer.status,
        body=answer.body,
        request_id=attempt.request_id,
        now=attempt.now,
    ):
        raise _TakenMeanwhile
    return answer
