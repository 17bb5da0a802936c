"""How a rotation stands: in its list as a bar and a word, on its page in full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.common import display
from apps.common.admin.columns import column
from apps.terminals.models import Rotation, RotationTarget
from apps.terminals.policy.progress import Progress, RotationState, rotation_state

SHOWN = 300
"""Registers on the page of a rotation, of each kind."""

TONES = {
    RotationState.DONE: display.GOOD,
    RotationState.RUNNING: display.WAIT,
    RotationState.OVERDUE: display.BAD,
}


def progress(rotation: Any) -> Progress:
    return Progress(rotation.total or 0, rotation.done or 0, rotation.gone or 0)


def state_of(rotation: Rotation) -> RotationState:
    return rotation_state(
        progress(rotation),
        starts_at=rotation.starts_at,
        due_at=rotation.due_at,
        cancelled_at=rotation.cancelled_at,
        now=timezone.now(),
    )


@column("state", _("state"))
def state(rotation: Rotation) -> str:
    found = state_of(rotation)
    return display.badge(found.label, TONES.get(found, display.CALM))


@column("progress", _("progress"))
def bar(rotation: Rotation) -> str:
    made = progress(rotation)
    text = _("%(done)s of %(total)s") % {"done": made.done, "total": made.wanted}
    return format_html(
        '<progress max="{}" value="{}" aria-label="{}"></progress> <span class="number">{}</span>',
        max(made.wanted, 1), made.done, text, text,
    )  # fmt: skip


@column("hours", _("allowed hours"))
def hours(rotation: Rotation) -> str:
    if rotation.window_start is None or rotation.window_end is None:
        return str(_("any"))
    return f"{rotation.window_start:%H:%M}–{rotation.window_end:%H:%M}"  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Standing:
    """A rotation in full: who is missing, the longest unseen first, and who is done."""

    rotation: Rotation
    progress: Progress
    state: RotationState
    left: list[RotationTarget]
    done: list[RotationTarget]

    @property
    def tone(self) -> str:
        return TONES.get(self.state, display.CALM)

    @property
    def unseen(self) -> int:
        """Of those that are shown as missing: not heard of since the rotation began."""
        return sum(
            1
            for one in self.left
            if not hasattr(one.terminal, "seen")
            or one.terminal.seen.last_seen_at < self.rotation.starts_at
        )

    @property
    def more_left(self) -> bool:
        return len(self.left) == SHOWN

    @property
    def more_done(self) -> bool:
        return len(self.done) == SHOWN

    @property
    def open(self) -> bool:
        return self.state not in (RotationState.DONE, RotationState.CALLED_OFF)


def read_standing(rotation: Rotation) -> Standing:
    """Two statements, whatever the number of registers."""
    targets = RotationTarget.objects.filter(rotation=rotation)
    targets = targets.select_related("terminal__store", "terminal__seen")
    longest_unseen = F("terminal__seen__last_seen_at").asc(nulls_first=True)
    left = targets.filter(done_at=None).order_by(longest_unseen, "terminal__store__number")
    done = targets.exclude(done_at=None).order_by("-done_at", "-id")
    return Standing(
        rotation, progress(rotation), state_of(rotation), list(left[:SHOWN]), list(done[:SHOWN])
    )
