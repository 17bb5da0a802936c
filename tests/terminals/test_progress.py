"""How far a rotation has come, in a word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from apps.terminals.policy.progress import Progress, RotationState, rotation_state

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
DUE = START + timedelta(days=7)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("progress", "now", "expected"),
    [
        (Progress(90, 83), START, RotationState.RUNNING),
        (Progress(90, 83), DUE - SECOND, RotationState.RUNNING),
        (Progress(90, 83), DUE, RotationState.OVERDUE),
        (Progress(90, 0), START - SECOND, RotationState.WAITING),
        (Progress(90, 90), DUE, RotationState.DONE),
        (Progress(90, 88, gone=2), DUE, RotationState.DONE),
    ],
)
def test_the_state_follows_from_progress_and_time(
    progress: Progress, now: datetime, expected: RotationState
) -> None:
    found = rotation_state(progress, starts_at=START, due_at=DUE, cancelled_at=None, now=now)

    assert found == expected


def test_what_was_called_off_stays_called_off() -> None:
    found = rotation_state(
        Progress(90, 90), starts_at=START, due_at=DUE, cancelled_at=START, now=DUE
    )

    assert found == RotationState.CALLED_OFF


def test_those_out_of_use_are_not_waited_for() -> None:
    progress = Progress(90, 83, gone=3)

    assert (progress.wanted, progress.left) == (87, 4)
