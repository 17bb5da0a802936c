"""One wake-up that waits is enough; without an answer it is sent all the same."""

from __future__ import annotations

from typing import Any

import pytest
from celery import current_app

from apps.common import valkey, wakeup


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []

    def send_task(name: str, **_: Any) -> None:
        names.append(name)

    monkeypatch.setattr(current_app, "send_task", send_task, raising=False)
    return names


@pytest.mark.parametrize(("waiting", "goes"), [(0, True), (1, False), (40, False), (None, True)])
def test_where_a_task_has_a_queue_to_itself(
    sent: list[str], monkeypatch: pytest.MonkeyPatch, settings: Any, waiting: int | None, goes: bool
) -> None:
    monkeypatch.setattr(valkey, "list_length", {"feed": waiting}.__getitem__)
    assert wakeup._send({settings.FEED_TASK})
    assert sent == [settings.FEED_TASK] * goes


def test_a_queue_of_many_tasks_is_not_asked(
    sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(valkey, "list_length", lambda key: pytest.fail(key))
    assert wakeup._send({"refunds.execute_due"})
    assert sent == ["refunds.execute_due"]
