"""How far an ordered rotation has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RotationState(TextChoices):
    """What people see; derived, stored nowhere."""

    CALLED_OFF = "called-off", _("Called off")
    DONE = "done", _("Done")
    WAITING = "waiting", _("Not begun")
    OVERDUE = "overdue", _("Overdue")
    RUNNING = "running", _("Running")


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` registers use a new key; `gone` were taken out of use without one."""

    total: int
    done: int
    gone: int = 0

    @property
    def wanted(self) -> int:
        return self.total - self.gone

    @property
    def left(self) -> int:
        return self.wanted - self.done


def rotation_state(
    progress: Progress,
    *,
    starts_at: datetime,
    due_at: datetime,
    cancelled_at: datetime | None,
    now: datetime,
) -> RotationState:
    """Called off stays called off; what all have done is done, however late."""
    if cancelled_at is not None:
        return RotationState.CALLED_OFF
    if progress.left <= 0:
        return RotationState.DONE
    if now < starts_at:
        return RotationState.WAITING
    return RotationState.OVERDUE if now >= due_at else RotationState.RUNNING
