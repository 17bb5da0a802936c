"""Changing to a new key, or a new secret, without a moment in which the register has none.

1. The new one is on the disk, as pending, before the server hears of it.
2. The server is told. The same one told again is the same request, so an answer may get lost.
3. A token got with it makes it the current one; the one before is kept, and still works until
   the server ends it.

A crash between any two leaves a keyring that works, and the next rotation goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from client.errors import ClientError, ProblemError
from client.identity import Identity
from client.keyring import Keyring, KeyringError
from client.keys import Credential
from client.login import Login
from client.retry import RetryPolicy
from client.tokens import Grant
from client.transport import JsonObject

# Posts a body to `terminals/self/keys`, with an Idempotency-Key if it is not empty.
Post = Callable[[JsonObject, str], JsonObject]


class RotationBusyError(ClientError):
    """Another thread or process of this register is rotating at this moment."""


def rotate(
    keyring: Keyring,
    login: Login,
    post: Post,
    *,
    outdated: Credential | None = None,
    patience: float = 0.0,
    retry: RetryPolicy | None = None,
) -> Grant | None:
    """The first token got with the new credential.

    With `outdated` only that one is replaced: None when somebody was faster. Raises
    RotationBusyError, or what the server said: `rotation-in-progress` when the last change is too
    recent. Whatever is raised, the register goes on working with what it has.
    """
    with keyring.alone(patience) as mine:
        if not mine:
            raise RotationBusyError("this register is rotating already")
        if outdated is not None and keyring.read().current != outdated:
            return None
        grant = _use_left_over(keyring, login, retry)
        if grant is not None:
            return grant
        try:
            identity = _offer_pending(keyring, login, post)
        except ProblemError as problem:
            if problem.code != "key-conflict":
                raise
            # This key will never be taken; another one will.
            identity = _offer_pending(keyring, login, post)
        return _use_pending(keyring, login, identity, retry)


def _use_left_over(keyring: Keyring, login: Login, retry: RetryPolicy | None) -> Grant | None:
    """What the server took in an earlier rotation may be in use already: try it first."""
    identity = keyring.read()
    if not identity.pending_taken:
        return None
    try:
        return _use_pending(keyring, login, identity, retry)
    except ProblemError as problem:
        if problem.code != "invalid-client":
            raise
    return None


def _use_pending(
    keyring: Keyring, login: Login, identity: Identity, retry: RetryPolicy | None
) -> Grant:
    credential = _pending(identity)
    grant = login.ask(identity, credential, retry=retry)
    keyring.write(identity.used(credential))
    return grant


def _offer_pending(keyring: Keyring, login: Login, post: Post) -> Identity:
    """The identity whose pending credential the server has taken; made now if there was none."""
    identity = _with_pending(keyring)
    credential = _pending(identity)
    body = credential.offer(identity.client_id, login.audience(identity), login.now())
    try:
        answer = post(body, credential.order)
    except ProblemError as problem:
        if problem.code in ("key-conflict", "rotation-in-progress"):
            # The server will not take it, and says so: asking for tokens with it is no use.
            keyring.write(replace(identity, pending=None, pending_taken=False))
        raise
    taken = replace(identity, pending=credential.accepted(answer), pending_taken=True)
    if taken != identity:
        keyring.write(taken)
    return taken


def _with_pending(keyring: Keyring) -> Identity:
    identity = keyring.read()
    if identity.pending is None:
        if identity.current is None:
            raise KeyringError("the enrolment was not finished: enrol again")
        identity = replace(identity, pending=identity.current.another())
        keyring.write(identity)
    return identity


def _pending(identity: Identity) -> Credential:
    assert identity.pending is not None
    return identity.pending
