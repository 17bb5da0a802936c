"""What a request waits for. The view that lets it in says so as `waiting` of its response."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from apps.common.caller import Caller
from apps.events.commands import Cursor


@dataclass(frozen=True, slots=True)
class ForPage:
    """A page of the feed behind the cursor (None: from the beginning) with something on it."""

    caller: Caller
    after: Cursor | None
    limit: int
    seconds: int


@dataclass(frozen=True, slots=True)
class ForEvents:
    """Everything behind the cursor, as it comes."""

    caller: Caller
    after: Cursor | None


@dataclass(frozen=True, slots=True)
class ForReturn:
    """What a return still waits for: that no refund is on its way, or a manager's word."""

    caller: Caller
    return_id: UUID


Waiting = ForPage | ForEvents | ForReturn
