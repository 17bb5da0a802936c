"""What a rule says: its code, how bad it is, and on what grounds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from apps.returns.policy.codes import RESPONSES
from apps.returns.policy.settings.kinds import Action
from apps.returns.states import Outcome

OUTCOME_OF = {
    Action.ALLOW: Outcome.APPROVED,
    Action.OVERRIDE: Outcome.NEEDS_OVERRIDE,
    Action.DENY: Outcome.DENIED,
    "contingent": Outcome.CONTINGENT,
}
"""What a policy's word for it comes to."""

RECALLED = "recalled"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule said. The outcome is the rule's own, or the code's usual one.

    `waived`: a manager allowed it. `overruled`: recalled goods are taken all the same.
    """

    rule: str
    code: str
    inputs: dict[str, Any] = field(default_factory=dict)
    said: Outcome | None = None
    waived: bool = False
    overruled: bool = False

    @property
    def found(self) -> Outcome:
        """What the rule itself said."""
        return self.said if self.said is not None else RESPONSES[self.code].outcome

    @property
    def outcome(self) -> Outcome:
        """What it comes to."""
        return Outcome.APPROVED if self.waived or self.overruled else self.found

    @property
    def speaks(self) -> bool:
        """Whether there is anything to say: a code of its own that nobody set aside."""
        return self.code != "ok" and not self.overruled

    @property
    def firm(self) -> bool:
        """A fact, not a rule: neither a recall nor a manager changes it."""
        return RESPONSES[self.code].firm


def ok(rule: str, inputs: dict[str, Any] | None = None) -> Finding:
    return Finding(rule, "ok", inputs or {})


def by_action(rule: str, code: str, inputs: dict[str, Any], action: str) -> Finding:
    """The code, as bad as the policy says. Allowed is `ok`: then there is nothing to say."""
    outcome = OUTCOME_OF[Action(action) if action in Action.values else action]
    if outcome == Outcome.APPROVED:
        return Finding(rule, "ok", inputs)
    return Finding(rule, code, inputs, outcome)
