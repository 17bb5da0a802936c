"""What a register runs: a small client for the returns API, a simulator, the replay of real sales.

Nothing in here knows the server's code; everything goes through `/api/v1/`. Read in this order:

    api          the calls a register makes: begin here
    enrolment    an administrator's code becomes a key of the register's own
    keys         a key, or a secret, and how it proves who asks
    identity     what is kept, and every change it can go through
    keyring      the file it is kept in
    login        getting tokens; tokens: keeping them fresh
    rotation     changing to a new key
    connection   requests with a good token; transport, retry, errors: HTTP below it
    follow       the change feed
"""

from __future__ import annotations

from client.api import ReturnsClient
from client.enrolment import enrol
from client.errors import ClientError, CursorExpiredError, ProblemError, UnreachableError
from client.follow import CursorFile, CursorStore
from client.identity import Identity
from client.keyring import KeyringError
from client.registers import ListedRegister, load_registers, open_register
from client.retry import RetryPolicy
from client.rotation import RotationBusyError
from client.transport import Answer, JsonObject, Transport

__all__ = [
    "Answer",
    "ClientError",
    "CursorExpiredError",
    "CursorFile",
    "CursorStore",
    "Identity",
    "JsonObject",
    "KeyringError",
    "ListedRegister",
    "ProblemError",
    "RetryPolicy",
    "ReturnsClient",
    "RotationBusyError",
    "Transport",
    "UnreachableError",
    "enrol",
    "load_registers",
    "open_register",
]
