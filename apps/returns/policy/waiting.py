"""What a return waits for, out of its trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from apps.returns.states import Outcome

_OPEN = (Outcome.NEEDS_OVERRIDE, Outcome.CONTINGENT)


def open_codes(trace: Sequence[Mapping[str, Any]]) -> list[str]:
    """The codes that a manager has to allow, each once, in the order in which they were found."""
    return list(dict.fromkeys(row["code"] for row in trace if row["outcome"] in _OPEN))
