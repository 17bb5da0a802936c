"""The real process that waits, on a loopback port, on the database of the session."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import requests
from django.conf import settings

from stack.application import _streams
from stack.processes import Child, free_port, wait_until
from tests.flows.processes import database_url

PATIENCE_S = 60


class StreamProcess:
    """Started and ready; `url` is what registers are told as `stream_url`."""

    def __init__(self, folder: Path) -> None:
        self.base = f"http://127.0.0.1:{free_port()}"
        self.url = f"{self.base}/api/v1/"
        self._child = Child(
            "streams",
            [sys.executable, "-m", *_streams(self.base)],
            env=os.environ
            | {
                "DJANGO_SETTINGS_MODULE": "returns_mgmt.settings",
                "DATABASE_URL": database_url(),
                "LOG_LEVEL": "INFO",
            },
            cwd=settings.BASE_DIR,
            log=folder / "streams.log",
        )

    def start(self) -> None:
        self._child.start()
        assert wait_until(self._is_ready, timeout=PATIENCE_S, watch=[self._child]), self.log()

    def ask_to_stop(self) -> None:
        self._child.ask_to_stop()

    def stop(self) -> None:
        self._child.stop()

    def log(self) -> str:
        """The end of what it wrote."""
        return self._child.last_words()

    def ended(self) -> int | None:
        return self._child.ended()

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"{self.base}/readyz", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False
