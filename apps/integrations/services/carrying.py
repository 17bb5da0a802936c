"""From what was told to who is called: one run of one process goes all the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from apps.events import services as events
from apps.integrations.services.fan_out import fan_out
from apps.integrations.services.turns import due_destinations


def carry_feed(*, clock: Callable[[], datetime]) -> list[tuple[UUID, int, int]]:
    """Give events their places, make their deliveries; (id, places, workers wanted) of whom to call.

    Each step is safe alone and finds by itself what is to be done: whichever was cut off, by a
    worker that died or a step that failed, the next run takes it up.
    """
    events.place_events()
    fan_out(now=clock())
    return due_destinations(clock())
