"""Rotations that people order, and what a register is told about its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.common.errors import FieldError, Invalid, StaleState
from apps.terminals import store
from apps.terminals.models import Credential, Rotation, RotationTarget
from apps.terminals.policy.rotation import ALWAYS, Window, rotate_by
from apps.terminals.states import CredentialStatus, TerminalStatus


@dataclass(frozen=True, slots=True)
class RotationOrder:
    """Which registers, from when, by when, and in which hours of their shop's day."""

    label: str
    terminal_ids: Sequence[UUID]
    starts_at: datetime
    rotate_by: datetime
    window: Window = ALWAYS
    reason: str = ""


@transaction.atomic
def order_rotation(order: RotationOrder, *, actor: Actor, now: datetime) -> Rotation:
    """The registers are told at their next token or heartbeat; their old keys go on until then.

    Registers that have no credential in use are left out; Invalid when none is left, or the end
    comes before the start.
    """
    if order.rotate_by < order.starts_at:
        raise _wrong("rotate_by", "It cannot be due before it begins.")
    fitting = (
        Credential.objects.filter(
            terminal_id__in=order.terminal_ids,
            terminal__status=TerminalStatus.ACTIVE,
            status=CredentialStatus.ACTIVE,
        )
        .order_by("terminal_id")
        .values_list("terminal_id", flat=True)
    )
    if not fitting:
        raise _wrong("terminals", "None of these registers has a key in use.")
    rotation = Rotation.objects.create(
        label=order.label, reason=order.reason, ordered_by=actor.label, created_at=now,
        starts_at=order.starts_at, due_at=order.rotate_by,
        window_start=order.window.start, window_end=order.window.end,
    )  # fmt: skip
    RotationTarget.objects.bulk_create(
        RotationTarget(rotation=rotation, terminal_id=terminal_id) for terminal_id in fitting
    )
    said = {"registers": len(fitting), "rotate_by": order.rotate_by.isoformat()}
    audit.record([_fact("rotation.ordered", rotation, **said)], actor=actor, now=now)
    return rotation


@transaction.atomic
def cancel_rotation(rotation: Rotation, *, actor: Actor, now: datetime) -> None:
    """Registers that have not rotated yet keep their keys. StaleState when it is over already."""
    still_open = RotationTarget.objects.filter(rotation=rotation, done_at=None).exists()
    changed = (
        still_open
        and Rotation.objects.filter(pk=rotation.pk, cancelled_at=None).update(cancelled_at=now)
    )  # fmt: skip
    if not changed:
        raise StaleState("This rotation is over already.")
    audit.record([_fact("rotation.cancelled", rotation)], actor=actor, now=now)


def rotation_due(terminal_id: UUID, *, now: datetime) -> datetime | None:
    """The time by which the register is to use a new key, if it is to make it now."""
    standing = store.rotation_standing(terminal_id, now=now)
    return rotate_by(
        in_use_since=standing.in_use_since,
        schedule=standing.schedule,
        ordered=standing.ordered,
        zone=standing.zone,
        now=now,
    )


def _fact(action: str, rotation: Rotation, **data: object) -> Fact:
    return Fact(
        action, "rotation", str(rotation.pk), subject_label=rotation.label,
        reason=rotation.reason, data=data,
    )  # fmt: skip


def _wrong(field: str, detail: str) -> Invalid:
    return Invalid(detail, errors=[FieldError(field, "invalid", detail)])
