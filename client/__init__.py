"""What a register runs: a small client for the returns API, a simulator, the replay of real sales.

Nothing in here knows the server's code; everything goes through `/api/v1/`.
"""

from __future__ import annotations

from client.api import ReturnsClient
from client.credentials import Credential, load_credentials
from client.errors import ClientError, ProblemError, UnreachableError
from client.retry import RetryPolicy
from client.transport import Answer, JsonObject, Transport

__all__ = [
    "Answer",
    "ClientError",
    "Credential",
    "JsonObject",
    "ProblemError",
    "RetryPolicy",
    "ReturnsClient",
    "Transport",
    "UnreachableError",
    "load_credentials",
]
