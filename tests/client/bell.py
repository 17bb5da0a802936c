"""A stop that rings by itself, so that whoever follows the feed comes to an end."""

from __future__ import annotations

from threading import Event


class Bell(Event):
    """Set after so many pauses, and does not sleep in them; `paused` has their seconds."""

    def __init__(self, pauses: int = 1) -> None:
        super().__init__()
        self.paused: list[float] = []
        self._left = pauses

    def wait(self, timeout: float | None = None) -> bool:
        self.paused.append(round(timeout or 0.0))
        self._left -= 1
        if not self._left:
            self.set()
        return self.is_set()
