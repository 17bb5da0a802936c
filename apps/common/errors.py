"""What the domain says when it must refuse. It knows no HTTP: `problems.py` translates.

Every error carries a stable `code` (documented in docs/api.md), a sentence, and data. Errors live
in the module that raises them and derive from one of the kinds below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field: `lines[0].quantity`, a code, a sentence."""

    field: str
    code: str
    detail: str


class Refusal(Exception):
    """Base of everything that is refused. Nothing was changed when one of these is raised."""

    code = "refused"

    def __init__(
        self, detail: str, *, code: str | None = None, errors: Sequence[FieldError] = ()
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code
        self.errors = tuple(errors)


class Invalid(Refusal):
    """The words or numbers do not make sense (grammar, or sums that do not add up)."""

    code = "invalid-request"


class NotYours(Refusal):
    """Known who asks, and that one may not do this."""

    code = "not-allowed"


class NotFound(Refusal):
    """Not there, or not the asker's to see; the two are never told apart."""

    code = "not-found"


class Conflict(Refusal):
    """What is asked does not fit what is."""

    code = "conflict"


class Unprocessable(Refusal):
    """Well-formed, and still not acceptable in any state of the world."""

    code = "unprocessable"


class Busy(Refusal):
    """Try the same again in `retry_after` seconds."""

    code = "busy"
    retry_after = 2


class StaleState(Conflict):
    """A compare-and-set found another state than it was told: somebody was faster."""

    code = "state-changed"
