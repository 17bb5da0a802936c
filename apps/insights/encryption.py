"""What the page "Encryption keys" says: each key, what stands under it, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.common.display import BAD, CALM, GOOD, WAIT
from apps.common.encrypted import EncryptedTextField, encrypted_fields
from apps.common.keyring import keyring
from apps.insights.models import Reencryption
from apps.insights.services.resealing import count_by_key, label_of

Counts = dict[str, dict[str, int]]
WORKER_LATE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key by its mark, and how many values of each field stand under it, where there are any."""

    mark: str
    state: str
    tone: str
    counts: list[tuple[str, int]]

    @property
    def total(self) -> int:
        return sum(n for _field, n in self.counts)


@dataclass(frozen=True, slots=True)
class Keys:
    rows: list[KeyRow]
    tone: str
    next_step: str
    run: Reencryption | None
    waiting: bool
    may_press: bool

    @property
    def running(self) -> bool:
        return self.run is not None and self.run.finished_at is None


def read_keys(*, now: datetime) -> Keys:
    """Two statements, and one for each encrypted field."""
    counts = count_by_key()
    known = keyring().marks
    missing = sorted({mark for found in counts.values() for mark in found} - set(known))
    rows = [_row(mark, known.index(mark), counts) for mark in known]
    rows += [KeyRow(mark, _("missing"), BAD, _under(mark, counts)) for mark in missing]
    tone, step = _next_step(rows, len(known))
    run = Reencryption.objects.order_by("-pk").first()
    running = run is not None and run.finished_at is None
    late = running and run is not None and not run.seen and now - run.asked_at > WORKER_LATE
    return Keys(
        rows=rows,
        tone=tone,
        next_step=step,
        run=run,
        waiting=late,
        may_press=not running and any(row.total for row in rows[1 : len(known)]),
    )


def _row(mark: str, place: int, counts: Counts) -> KeyRow:
    found = _under(mark, counts)
    if place == 0:
        return KeyRow(mark, _("newest"), GOOD, found)
    return KeyRow(mark, _("older"), WAIT if found else CALM, found)


def _under(mark: str, counts: Counts) -> list[tuple[str, int]]:
    return [
        (_name(field), n)
        for field in encrypted_fields()
        if (n := counts[label_of(field)].get(mark, 0))
    ]


def _next_step(rows: list[KeyRow], known: int) -> tuple[str, str]:
    """The worst first."""
    if lost := sum(row.total for row in rows[known:]):
        return BAD, ngettext(
            "%(n)s value cannot be read: its key is missing. Put that key back at the end of "
            "FIELD_KEYS and restart; if it is lost, that secret has to be issued anew.",
            "%(n)s values cannot be read: their key is missing. Put that key back at the end of "
            "FIELD_KEYS and restart; if it is lost, those secrets have to be issued anew.",
            lost,
        ) % {"n": lost}
    if old := sum(row.total for row in rows[1:known]):
        return WAIT, ngettext(
            "%(n)s value stands under an older key. Press “Re-encrypt now”, then drop that key.",
            "%(n)s values stand under an older key. Press “Re-encrypt now”, then drop that key.",
            old,
        ) % {"n": old}
    if known > 1:
        return GOOD, _(
            "Nothing stands under the older keys. Drop them from FIELD_KEYS and restart web, worker "
            "and beat."
        )
    return GOOD, _(
        "Everything stands under the newest key. To change it: add a new key in front of "
        "FIELD_KEYS, restart web, worker and beat, and come back here."
    )


def _name(field: EncryptedTextField[Any, Any]) -> str:
    model = capfirst(str(field.model._meta.verbose_name_plural))
    return f"{model}: {field.verbose_name}"
