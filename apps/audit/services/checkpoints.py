"""Checkpoints: where all chains stand, signed, into a file that the database's superuser cannot reach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction

from apps.audit import checkpoint_file, store
from apps.audit.checkpoint_file import Line, Standing
from apps.audit.commands import Fact, Head
from apps.audit.keys import public_keys, signing_key
from apps.audit.models import Checkpoint
from apps.audit.services.recording import record
from apps.audit.services.sealing import seal_entries
from apps.common.caller import Actor
from apps.common.errors import Conflict

EVERY = timedelta(hours=1)


class NotSigned(Conflict):
    """The trail is not what was signed last, or cannot be signed: nothing is put under it."""


def may_sign() -> bool:
    """Whether there is a key to sign with and a folder to write to."""
    return bool(settings.AUDIT_CHECKPOINTS and signing_key())


def write_due_checkpoint(*, now: datetime) -> Checkpoint | None:
    """The checkpoint of this hour, if it is time for it and it can be signed here."""
    if not may_sign():
        return None
    last = Checkpoint.objects.order_by("-number").values_list("at", flat=True).first()
    if last is not None and now - last < EVERY:
        return None
    return write_checkpoint(now=now)


def write_checkpoint(*, now: datetime) -> Checkpoint | None:
    """Seal what waits, then sign where the chains stand. None when somebody else is at it.

    NotSigned when a chain is not the one that was signed last, when the file is not the one of this
    database, and when nothing is set up to sign with. The line is on the disk before the row that
    shows it commits; a row that was lost is written again from the file the next time.
    """
    key = _key()
    seal_entries()
    with transaction.atomic():
        if not store.lock_checkpoints():
            return None
        before = _read_file()
        _refuse_other_chains(before)
        return _write(key, before, restored="", now=now)


def write_restored_checkpoint(*, why: str, actor: Actor, now: datetime) -> Checkpoint | None:
    """The first checkpoint after the database went back to an earlier moment, and why it did.

    From now on what was signed and is gone counts as lost by the restore, which stands in the
    trail and in the file for good.
    """
    key = _key()
    fact = Fact("trail.restored", "trail", "checkpoints", outcome="signed anew", reason=why[:200])
    with transaction.atomic():
        record([fact], actor=actor, now=now)
    seal_entries()
    with transaction.atomic():
        if not store.lock_checkpoints():
            return None
        return _write(key, _read_file(), restored=why[:200], now=now)


def _key() -> Ed25519PrivateKey:
    key = signing_key()
    if not (key and settings.AUDIT_CHECKPOINTS):
        raise NotSigned("Set AUDIT_SIGNING_KEY and AUDIT_CHECKPOINTS to sign checkpoints.")
    return key


def _read_file() -> Standing:
    """Where the file stands, after seeing that it is sound and that of this database."""
    path, publics = checkpoint_file.path_in(settings.AUDIT_CHECKPOINTS), public_keys()
    known = dict(Checkpoint.objects.values_list("number", "hash"))
    standing, news = Standing(), []
    for line in checkpoint_file.read_lines(path):
        for problem in checkpoint_file.problems_of(line, standing, publics):
            raise NotSigned(f"{path}: {problem}")
        if line.number not in known:
            news.append(to_row(line))
        elif bytes(known[line.number]) != line.hash:
            raise NotSigned(f"{path}: checkpoint {line.number} is not the one in the database.")
        standing = standing.after(line)
    if known and max(known) > standing.number:
        raise NotSigned(
            f"{path} ends at checkpoint {standing.number}, the database knows {max(known)}."
        )
    Checkpoint.objects.bulk_create(news)
    return standing


def _refuse_other_chains(before: Standing) -> None:
    """Nothing is signed over a trail from which something signed is missing."""
    heads = list(before.heads.values())
    gone = sorted(set(heads) - store.still_there(heads), key=lambda head: head.chain)
    if gone:
        raise NotSigned(
            f"{len(gone)} chains are not what checkpoint {before.number} signed; the first is "
            f"{gone[0].chain}, at {gone[0].n}. Run «manage.py audit verify»."
        )


def _write(key: Ed25519PrivateKey, before: Standing, *, restored: str, now: datetime) -> Checkpoint:
    heads: Sequence[Head] = store.read_heads()
    line = checkpoint_file.make_line(heads, before=before, key=key, restored=restored, now=now)
    row = to_row(line)
    row.save(force_insert=True)
    checkpoint_file.append(checkpoint_file.path_in(settings.AUDIT_CHECKPOINTS), line)
    return row


def to_row(line: Line) -> Checkpoint:
    return Checkpoint(
        number=line.number,
        at=line.at,
        chains=line.chains,
        entries=line.entries,
        root=line.root,
        hash=line.hash,
        key_id=line.key_id,
        restored=line.restored,
    )
