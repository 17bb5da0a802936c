"""Connections that are kept between calls, opened through the guard of `outside` (ADR 0019, 0024).

An address is judged when a line to it is opened. A line is kept for half a minute at most and never
idle for longer than receivers commonly allow, so a name that leads elsewhere is soon looked up anew.
"""

from __future__ import annotations

import http.client
import io
import select
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from apps.integrations.commands import Answer, Target
from apps.integrations.gateways import outside
from apps.integrations.states import SendProblem

KEPT_S = 30.0
IDLE_S = 4.0

_Key = tuple[bool, str, int, bool]


class _Closed(Exception):
    """The other side had closed a kept line; it said nothing to this request."""


class _Timed(io.RawIOBase):
    """A socket as `http.client` wants one, whose reads and writes all end at one deadline."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.deadline = 0.0

    def sendall(self, data: bytes) -> None:
        self._limit()
        self._sock.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._limit()
        return self._sock.recv_into(buffer)

    def close(self) -> None:
        """An answer that was read to its end leaves the line open; `Line.close` closes it."""

    def _limit(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)


@dataclass(eq=False)
class Line:
    """One connection: one request after the other, by one thread at a time."""

    key: _Key
    sock: socket.socket
    opened_at: float
    used_at: float = 0.0
    asked: bool = False
    _timed: _Timed = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._timed = _Timed(self.sock)

    def is_fresh(self, now: float) -> bool:
        """Neither old nor closed by the other side: whoever is not asked has nothing to say."""
        if now - self.opened_at > KEPT_S or now - self.used_at > IDLE_S:
            return False
        waiting = select.poll()
        waiting.register(self.sock, select.POLLIN | select.POLLHUP | select.POLLERR)
        return not waiting.poll(0)

    def post(
        self, target: Target, headers: Mapping[str, str], body: bytes, deadline: float
    ) -> tuple[int, bytes, str, bool]:
        """(status, body, Retry-After, whether the line may be used again). Raises as `http.client`."""
        connection = http.client.HTTPConnection(target.host, target.port)
        connection.default_port = 443 if target.tls else 80
        self._timed.deadline = deadline
        connection.sock = cast(socket.socket, self._timed)
        kept, self.asked = self.asked, True
        try:
            connection.request("POST", target.path, body, dict(headers))
            response = connection.getresponse()
        except (ConnectionResetError, BrokenPipeError) as error:
            if kept:
                raise _Closed from error
            raise
        content = response.read(outside.READ_MAX + 1)
        if response.length and len(content) <= outside.READ_MAX:
            raise http.client.IncompleteRead(content, response.length)
        again = response.isclosed() and not response.will_close
        return response.status, content, response.getheader("Retry-After", ""), again

    def close(self) -> None:
        with suppress(OSError):
            self.sock.close()


class _Idle:
    """The lines of this process that nobody uses at this moment."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: list[Line] = []

    def take(self, key: _Key) -> Line | None:
        """The one that was used last; whatever is over is closed on the way."""
        now = time.monotonic()
        with self._lock:
            over = [line for line in self._lines if not line.is_fresh(now)]
            self._lines = [line for line in self._lines if line not in over]
            found = next((line for line in reversed(self._lines) if line.key == key), None)
            if found:
                self._lines.remove(found)
        for line in over:
            line.close()
        return found

    def keep(self, line: Line) -> None:
        line.used_at = time.monotonic()
        with self._lock:
            self._lines.append(line)


_idle = _Idle()


def post(
    target: Target, *, headers: Mapping[str, str], body: bytes, loopback: bool, total: float
) -> Answer:
    """POST JSON over a line that is kept. Never raises: a problem is an answer too.

    For what the other side knows again when it comes twice: a kept line that turns out to be closed
    is replaced, and the request sent once more.
    """
    began = time.monotonic()
    head = {**headers, "User-Agent": outside.USER_AGENT, "Content-Type": "application/json"}
    try:
        status, content, retry_after = _exchange(target, head, body, loopback, began + total)
    except outside.Failed as error:
        return Answer(_since(began), problem=error.problem)
    cut = len(content) > outside.READ_MAX
    return Answer(
        _since(began), status, content[: outside.READ_MAX], cut=cut, retry_after=retry_after
    )


def _exchange(
    target: Target, headers: Mapping[str, str], body: bytes, loopback: bool, deadline: float
) -> tuple[int, bytes, str]:
    key = (target.tls, target.host, target.port, loopback)
    line = _idle.take(key)
    if line is not None:
        with suppress(_Closed):
            return _ask(line, target, headers, body, deadline)
    return _ask(_open(key, target, deadline), target, headers, body, deadline)


def _ask(
    line: Line, target: Target, headers: Mapping[str, str], body: bytes, deadline: float
) -> tuple[int, bytes, str]:
    again = False
    try:
        status, content, retry_after, again = line.post(target, headers, body, deadline)
    except TimeoutError:
        raise outside.Failed(SendProblem.TIMED_OUT) from None
    except (OSError, http.client.HTTPException, ValueError):
        raise outside.Failed(SendProblem.BROKEN_OFF) from None
    finally:
        if again:
            _idle.keep(line)
        else:
            line.close()
    return status, content, retry_after


def _open(key: _Key, target: Target, deadline: float) -> Line:
    """Through the guard. Its own clock ends with it, ours takes over."""
    left = max(0.0, deadline - time.monotonic())
    try:
        with outside.connected(target.host, target.port, loopback=key[3], total=left) as (held, _):
            sock = held.dup()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError:
        raise outside.Failed(SendProblem.NOT_REACHED) from None
    sock.settimeout(max(0.001, deadline - time.monotonic()))
    if target.tls:
        sock = _secured(sock, target)
    return Line(key, sock, time.monotonic())


def _secured(sock: socket.socket, target: Target) -> socket.socket:
    try:
        return outside.tls_context().wrap_socket(sock, server_hostname=target.host)
    except ssl.SSLCertVerificationError:
        problem = SendProblem.NO_TRUST
    except TimeoutError:
        problem = SendProblem.TIMED_OUT
    except (OSError, ValueError):
        problem = SendProblem.BROKEN_OFF
    sock.close()
    raise outside.Failed(problem)


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
