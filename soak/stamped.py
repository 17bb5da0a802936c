"""A register's line that says with each request when it was sent, so that waiting can be told apart."""

from __future__ import annotations

import time
from dataclasses import replace

from client.errors import ProblemError, UnreachableError
from client.transport import Answer, Request, Transport
from soak.sightings import STAMP


class StampedTransport(Transport):
    """The real one; only the header is added."""

    def _send_once(self, request: Request) -> Answer | ProblemError | UnreachableError:
        stamped = {**request.headers, STAMP: repr(time.time())}
        return super()._send_once(replace(request, headers=stamped))
