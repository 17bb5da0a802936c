"""Requests to addresses that people typed in, kept away from everything inside (ADR 0019).

1. The name is resolved once. If any address of the answer is neither public nor allowed by the
   operator (`ALLOWED_NETWORKS`, ADR 0025), nothing is sent.
2. The connection is made to exactly one of those addresses; a name that leads elsewhere a moment
   later changes nothing. TLS still asks for the name.
3. No redirect is followed, no proxy and no credentials from the environment are used.
4. Connecting ends after 5 s, everything after 20 s, however slowly bytes trickle.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache

import certifi
from django.conf import settings

from apps.integrations.commands import Answer, Target
from apps.integrations.policy import may_call
from apps.integrations.policy.allowed import Entry, read_allowed
from apps.integrations.states import SendProblem

CONNECT_S = 5.0
TOTAL_S = 20.0
READ_MAX = 64 * 1024
USER_AGENT = "returns-webhooks/1"


class Failed(Exception):
    """No connection, or no answer; `problem` says why."""

    def __init__(self, problem: SendProblem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class _Asked:
    method: str
    target: Target
    headers: Mapping[str, str]
    body: bytes | None
    read_max: int


def post(
    target: Target,
    *,
    headers: Mapping[str, str],
    body: bytes,
    loopback: bool = False,
    total: float | None = None,
) -> Answer:
    """POST JSON. Like `request`."""
    return request("POST", target, headers=headers, body=body, loopback=loopback, total=total)


def request(
    method: str,
    target: Target,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    content_type: str = "application/json",
    loopback: bool = False,
    total: float | None = None,
    read_max: int = READ_MAX,
) -> Answer:
    """Ask, and read what is said, 64 kB at most. Never raises: a problem is an answer too.

    `loopback`: this machine may be called, for receivers under development. `total`: seconds for
    all of it; `read_max`: bytes of the answer, where more than that is wanted.
    """
    began = time.monotonic()
    fixed = {"User-Agent": USER_AGENT, "Connection": "close"}
    if body is not None:
        fixed["Content-Type"] = content_type
    asked = _Asked(method, target, {**headers, **fixed}, body, read_max)
    try:
        status, content, retry_after = _exchange(asked, loopback, total or TOTAL_S)
    except Failed as error:
        return Answer(_since(began), problem=error.problem)
    cut = len(content) > read_max
    return Answer(_since(began), status, content[:read_max], cut=cut, retry_after=retry_after)


@contextmanager
def connected(
    host: str, port: int, *, loopback: bool, total: float
) -> Iterator[tuple[socket.socket, threading.Event]]:
    """A connection under the same guard, for what speaks no HTTP; Failed when there is none.

    After `total` seconds it is cut, and the event says so.
    """
    deadline = time.monotonic() + total
    addresses, allowed = _resolve(host, port), _allowed(tuple(settings.ALLOWED_NETWORKS))
    if not all(
        may_call(address, loopback=loopback, host=host, port=port, allowed=allowed)
        for address in addresses
    ):
        raise Failed(SendProblem.NOT_PUBLIC)
    sock = _connect(addresses, port)
    with sock, _cut_off_at(deadline, sock) as cut:
        yield sock, cut


@cache
def _allowed(entries: tuple[str, ...]) -> tuple[Entry, ...]:
    return read_allowed(entries)


@cache
def tls_context() -> ssl.SSLContext:
    """The system's authorities, and certifi's where a system has none. Read once a process."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _exchange(asked: _Asked, loopback: bool, total: float) -> tuple[int, bytes, str]:
    host, port = asked.target.host, asked.target.port
    with connected(host, port, loopback=loopback, total=total) as (sock, cut):
        try:
            answer = _ask(sock, asked, total)
        except ssl.SSLCertVerificationError:
            raise Failed(SendProblem.NO_TRUST) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            late = cut.is_set() or isinstance(error, TimeoutError)
            problem = SendProblem.TIMED_OUT if late else SendProblem.BROKEN_OFF
            raise Failed(problem) from None
        if cut.is_set():  # what looked like the end of the answer was ours
            raise Failed(SendProblem.TIMED_OUT)
        return answer


def _ask(sock: socket.socket, asked: _Asked, total: float) -> tuple[int, bytes, str]:
    sock.settimeout(total)
    target = asked.target
    connection = http.client.HTTPConnection(target.host, target.port)
    # So that Host names only a port that is none.
    connection.default_port = 443 if target.tls else 80
    connection.sock = _wrapped(sock, target)
    try:
        connection.request(asked.method, target.path, asked.body, dict(asked.headers))
        response = connection.getresponse()
        content = response.read(asked.read_max + 1)
        if response.length and len(content) <= asked.read_max:  # reading by amount does not say so
            raise http.client.IncompleteRead(content, response.length)
        return response.status, content, response.getheader("Retry-After", "")
    finally:
        connection.close()


def _wrapped(sock: socket.socket, target: Target) -> socket.socket:
    if not target.tls:
        return sock
    return tls_context().wrap_socket(sock, server_hostname=target.host)


def _resolve(host: str, port: int) -> list[str]:
    """Every address of the host, in the resolver's order, within the time for connecting.

    The resolver itself cannot be stopped, so it is asked in a thread that may be left behind.
    """
    found: list[str] = []

    def ask() -> None:
        with suppress(OSError, UnicodeError):
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(str(row[4][0]) for row in rows)

    thread = threading.Thread(target=ask, name="resolve", daemon=True)
    thread.start()
    thread.join(CONNECT_S)
    if thread.is_alive():
        raise Failed(SendProblem.TIMED_OUT)
    if not found:
        raise Failed(SendProblem.UNKNOWN_HOST)
    return found


def _connect(addresses: list[str], port: int) -> socket.socket:
    """To the first that lets us, within the time for connecting."""
    deadline = time.monotonic() + CONNECT_S
    problem = SendProblem.NOT_REACHED
    for address in addresses:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((address, port), timeout=left)
        except TimeoutError:
            problem = SendProblem.TIMED_OUT
        except OSError:
            continue
    raise Failed(problem)


@contextmanager
def _cut_off_at(deadline: float, sock: socket.socket) -> Iterator[threading.Event]:
    """End the connection at the deadline: a time limit on each read alone never ends a trickle.

    By a descriptor of its own, since TLS takes the first one over.
    """
    cut, own = threading.Event(), sock.dup()

    def end() -> None:
        cut.set()
        with suppress(OSError):
            own.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, deadline - time.monotonic()), end)
    timer.daemon = True
    timer.start()
    try:
        yield cut
    finally:
        timer.cancel()
        timer.join()
        own.close()


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
