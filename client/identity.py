"""Who a register is: its place, its server, and what it proves itself with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from client.keys import Credential, read_credential

TOKEN_PATH = "/api/v1/oauth/token"
_WORDS = ("base_url", "client_id", "token_url", "store", "terminal", "code")
_CREDENTIALS = ("current", "pending", "previous", "enrolling")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a keyring holds. Every change is a new Identity, to be written before it is relied on.

    `current`: what tokens are asked with. `pending`: its successor; `pending_taken` when the server
    has said that it took it, before that it may or may not know it. `previous`: the one before, in
    case the server is set back to an older state. `enrolling`: made for the enrolment with `code`,
    whose answer has not been seen. `code` is the enrolment code last used.
    """

    base_url: str
    client_id: str = ""
    token_url: str = ""
    store: str = ""
    terminal: str = ""
    code: str = field(default="", repr=False)
    current: Credential | None = None
    pending: Credential | None = None
    previous: Credential | None = None
    enrolling: Credential | None = None
    pending_taken: bool = False

    def audience_at(self, base_url: str) -> str:
        """What assertions are made out to: the server's own name for its token endpoint.

        A server that is now reached elsewhere has moved, and goes by its new address.
        """
        if self.token_url and base_url == self.base_url:
            return self.token_url
        return base_url + TOKEN_PATH

    def candidates(self) -> list[Credential]:
        """What to ask for a token with, the most promising first.

        Until the server has taken the pending one the current one cannot have been replaced by it.
        """
        if self.pending_taken:
            held = (self.pending, self.current, self.previous)
        else:
            held = (self.current, self.pending, self.previous)
        return [credential for credential in held if credential is not None and credential.usable]

    def enrolled(self, answer: Mapping[str, Any]) -> Identity:
        """The server has answered the enrolment; what was used for this register is kept."""
        assert self.enrolling is not None
        same = self.client_id == answer["client_id"]
        return replace(
            self,
            client_id=str(answer["client_id"]),
            token_url=str(answer["token_url"]),
            store=str(answer["store"]),
            terminal=str(answer["terminal"]),
            current=self.enrolling.accepted(answer),
            pending=None,
            pending_taken=False,
            previous=self.current if same else None,
            enrolling=None,
        )

    def used(self, credential: Credential) -> Identity:
        """A token was got with this credential: from now on it is the current one."""
        if credential == self.pending:
            return replace(
                self, current=self.pending, previous=self.current, pending=None, pending_taken=False
            )
        if credential == self.previous:
            # The server does not know our newer one: it is to be offered again.
            successor = self.pending or self.current
            return replace(
                self, current=self.previous, pending=successor, previous=None, pending_taken=False
            )
        return self

    def as_json(self) -> dict[str, Any]:
        words = {name: getattr(self, name) for name in _WORDS}
        held = {name: getattr(self, name) for name in _CREDENTIALS}
        credentials = {name: one and one.as_json() for name, one in held.items()}
        return {"version": 1, **words, **credentials, "pending_taken": self.pending_taken}


def read_identity(stored: Mapping[str, Any]) -> Identity:
    """What `as_json` gave. ValueError, KeyError or TypeError when it is something else."""
    if stored["version"] != 1:
        raise ValueError("written by another version of the client")
    words: dict[str, Any] = {name: str(stored[name]) for name in _WORDS}
    for name in _CREDENTIALS:
        words[name] = read_credential(stored[name]) if stored[name] else None
    words["pending_taken"] = bool(stored["pending_taken"])
    return Identity(**words)
