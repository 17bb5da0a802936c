"""What Celery does for Django in a worker, but for the connections to PostgreSQL."""

from __future__ import annotations

from typing import Any

from celery import Celery, states
from celery.fixups.django import DjangoFixup, DjangoWorkerFixup  # type: ignore[attr-defined]


class KeptConnections(DjangoWorkerFixup):  # type: ignore[misc]
    """A worker keeps its connection from task to task, with all that is prepared on it.

    Celery's own opens one for each task: PostgreSQL then starts a process and plans every statement
    anew, which costs more than most tasks. Only a task that succeeded leaves its connection behind, so
    that nothing a failed one held, such as a lock of the session, outlives it.
    """

    def on_task_prerun(self, sender: Any, **kwargs: Any) -> None:
        from apps.common.connections import leave_what_was_cut  # the settings are read by now

        leave_what_was_cut()

    def on_task_postrun(self, sender: Any, state: str = "", **kwargs: Any) -> None:
        if state != states.SUCCESS:
            super().on_task_postrun(sender, **kwargs)


class Fixup(DjangoFixup):
    def on_worker_init(self, **kwargs: Any) -> None:
        self.worker_fixup = KeptConnections(self.app)  # type: ignore[misc]
        super().on_worker_init(**kwargs)


def fixup(app: Celery) -> Fixup:
    """For `Celery(fixups=…)`, in place of Celery's own."""
    ours = Fixup(app)
    ours.install()
    return ours
