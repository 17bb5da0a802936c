"""Putting every stored secret under the newest key: for the command, and for the page's button.

Each value is replaced by compare-and-set, one by one and without a transaction around them, so
that a pass may be broken off anywhere and begun anew, two may run at once, and a value that
changed meanwhile is left as its writer made it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Model
from django.db.models.functions import Left

from apps.common.encrypted import EncryptedTextField, encrypted_fields
from apps.common.keyring import MARK_LENGTH, Sealed, UnreadableSecret, keyring

BATCH = 200


@dataclass(slots=True)
class Tally:
    """One field: its values, and what became of them. `changed`: somebody else was faster."""

    field: str
    total: int = 0
    reencrypted: int = 0
    already: int = 0
    unreadable: int = 0
    changed: int = 0

    @property
    def seen(self) -> int:
        return self.reencrypted + self.already + self.unreadable + self.changed

    @property
    def left(self) -> int:
        """Not under the newest key after all this, as far as we know."""
        return self.unreadable + self.changed


def reencrypt_all(*, only_count: bool = False) -> Iterator[list[Tally]]:
    """Go through every value of every encrypted field; yields the tallies after each batch.

    Every value is opened, so one that is damaged is found too. With `only_count` nothing is
    written, and `reencrypted` counts those that would be.
    """
    fields = encrypted_fields()
    tallies = [Tally(label_of(field), _rows(field).count()) for field in fields]
    yield tallies
    for field, tally in zip(fields, tallies, strict=True):
        for batch in _batches(field):
            for key, sealed in batch:
                outcome = _outcome(field, key, sealed, only_count)
                setattr(tally, outcome, getattr(tally, outcome) + 1)
            yield tallies


def replace_value(field: EncryptedTextField[Any, Any], key: Any, sealed: Sealed) -> bool:
    """Put one value under the newest key; False when it is not what it was any more.

    UnreadableSecret when it cannot be opened.
    """
    rows = _rows(field).filter(**{"pk": key, field.name: sealed})
    return bool(rows.update(**{field.name: keyring().reseal(sealed)}))


def count_by_key() -> dict[str, dict[str, int]]:
    """`{field: {key: how many values}}`, one statement for each field."""
    return {label_of(field): _by_key(field) for field in encrypted_fields()}


def label_of(field: EncryptedTextField[Any, Any]) -> str:
    """`integrations.WebhookSecret.secret`."""
    return f"{field.model._meta.label}.{field.name}"


def _by_key(field: EncryptedTextField[Any, Any]) -> dict[str, int]:
    marks = _rows(field).annotate(mark=Left(field.name, MARK_LENGTH)).order_by()
    return dict(marks.values_list("mark").annotate(n=Count("pk")))


def _rows(field: EncryptedTextField[Any, Any]) -> Any:
    model: type[Model] = field.model
    return model._base_manager.filter(**{f"{field.name}__isnull": False})


def _batches(field: EncryptedTextField[Any, Any]) -> Iterator[list[tuple[Any, Sealed]]]:
    rows = _rows(field).order_by("pk").values_list("pk", field.name)
    batch = list(rows[:BATCH])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1][0])[:BATCH])


def _outcome(
    field: EncryptedTextField[Any, Any], key: Any, sealed: Sealed, only_count: bool
) -> str:
    ring = keyring()
    try:
        if sealed.mark == ring.newest:
            ring.open(sealed)
            return "already"
        if only_count:
            ring.open(sealed)
            return "reencrypted"
        return "reencrypted" if replace_value(field, key, sealed) else "changed"
    except UnreadableSecret:
        return "unreadable"
