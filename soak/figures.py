"""What a run comes to: each figure with what it has to be. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from soak.books import Rotated
from soak.judge import Findings
from soak.old_keys import Tried
from soak.proxy import LOSSY
from soak.revoked import Revocations
from soak.sightings import Refusal, Sightings
from soak.trouble import Done


class Must(StrEnum):
    """What a figure has to be for the run to have passed."""

    ANY = "any"
    ZERO = "zero"
    SOME = "some"  # otherwise nothing was proved by the zeros


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; `group` is what it stands under."""

    group: str
    name: str
    value: int | float
    must: Must = Must.ANY

    @property
    def holds(self) -> bool:
        return self.must is Must.ANY or (self.value == 0) == (self.must is Must.ZERO)


@dataclass(frozen=True, slots=True)
class Run:
    """All that was counted."""

    minutes: float
    registers: int
    authorized: int
    completed: int
    ended_registers: int
    asked_again: int
    spans: tuple[int, int]
    rotated: Rotated
    sightings: Sightings
    token_ends: Mapping[str, float]
    done: Done
    tried: Tried
    revocations: Revocations
    findings: Findings
    violations: int
    unsettled: int


def figures(run: Run) -> list[Figure]:
    """The table, from what was done to what came of it."""
    return [*_what_was_done(run), *_what_went_wrong(run), *_refusals(run), *_outcome(run)]


def spans(
    receipts: Iterable[str], token_of: Mapping[str, str], credential_of: Mapping[str, str]
) -> tuple[int, int]:
    """How many returns were completed under another token, and under another key, than authorized.

    `token_of` says by Idempotency-Key which token a request came with; `credential_of` which
    credential a token came from. Requests that were repeated do not count: whose was the effect?
    """
    tokens = keys = 0
    for receipt in receipts:
        began = token_of.get(f"{receipt}-authorize")
        ended = token_of.get(f"{receipt}-complete")
        if began and ended and began != ended:
            tokens += 1
            keys += credential_of.get(began) != credential_of.get(ended)
    return tokens, keys


def ended_on_the_way(refusals: Sequence[Refusal], ends: Mapping[str, float]) -> list[Refusal]:
    """Tokens whose end came after the register sent them and before the answer: the request had to
    wait, for a server away, or a busy one. Then neither of the two was wrong.

    `ends` says when a token ends, in seconds since 1970, by the token's SHA-256.
    """
    return [
        one
        for one in refusals
        if one.code == "token-expired"
        and one.sent_at < ends.get(one.token_hash, 0) <= one.answered_at
    ]


def _what_was_done(run: Run) -> list[Figure]:
    group = "done"
    return [
        Figure(group, "minutes", round(run.minutes, 1)),
        Figure(group, "registers", run.registers),
        Figure(group, "returns authorized", run.authorized, Must.SOME),
        Figure(group, "returns completed", run.completed, Must.SOME),
        Figure(group, "rotations ordered", run.rotated.orders, Must.SOME),
        Figure(group, "registers told to rotate", run.rotated.told, Must.SOME),
        Figure(group, "registers that have done so", run.rotated.done, Must.SOME),
        Figure(group, "keys replaced by new ones", run.rotated.keys, Must.SOME),
        Figure(group, "tokens issued", run.sightings.answers["POST token", 200], Must.SOME),
        Figure(group, "returns spanning two tokens", run.spans[0], Must.SOME),
        Figure(group, "returns spanning two keys", run.spans[1], Must.SOME),
    ]


def _what_went_wrong(run: Run) -> list[Figure]:
    group = "trouble"
    lost = run.sightings.lost
    return [
        *(Figure(group, f"answers lost, {kind}", lost[kind]) for kind in LOSSY),
        Figure(group, "registers ended in a rotation", run.ended_registers),
        Figure(group, "web workers killed", run.done.killed, Must.SOME),
        Figure(group, "web server reloaded", run.done.reloaded),
        Figure(group, "web server stopped and started", run.done.restarted, Must.SOME),
        Figure(group, "web server ended by itself", run.done.revived),
        Figure(group, "longest time away, s", round(max(run.done.away, default=0.0), 1)),
        Figure(group, "requests the server hung up on", _hung_up(run.sightings)),
        Figure(group, "connections it did not take", run.sightings.unreachable),
    ]


def _refusals(run: Run) -> list[Figure]:
    group = "refusals"
    seen = run.sightings.refusals
    late = len(ended_on_the_way(seen, run.token_ends))
    by_status = {status: sum(one.status == status for one in seen) for status in (401, 403)}
    tried, revoked = run.tried, run.revocations
    return [
        Figure(group, "unexpected 401", by_status[401] - late, Must.ZERO),
        Figure(group, "unexpected 403", by_status[403], Must.ZERO),
        Figure(group, "401, token ended on its way, healed", late),
        Figure(group, "calls made again since two tokens in a row did", run.asked_again),
        Figure(group, "old keys accepted in their time", tried.accepted_in_time, Must.SOME),
        Figure(group, "old keys refused in their time", tried.refused_in_time, Must.ZERO),
        Figure(group, "old keys refused after it", tried.refused_after, Must.SOME),
        Figure(group, "old keys accepted after it", tried.accepted_after, Must.ZERO),
        Figure(group, "revocations", sum(revoked.rounds.values()), Must.SOME),
        Figure(group, "attempts after a revocation", revoked.attempts, Must.SOME),
        Figure(group, "accepted after a revocation", revoked.accepted, Must.ZERO),
    ]


def _outcome(run: Run) -> list[Figure]:
    group = "outcome"
    findings = run.findings
    return [
        Figure(group, "refused or failed", len(findings.refused), Must.ZERO),
        Figure(group, "lost", len(findings.lost), Must.ZERO),
        Figure(group, "doubled", len(findings.doubled), Must.ZERO),
        Figure(group, "stuck", len(findings.stuck) + run.unsettled, Must.ZERO),
        Figure(group, "violations found by verify", run.violations, Must.ZERO),
    ]


def _hung_up(sightings: Sightings) -> int:
    return sum(count for (_, status), count in sightings.answers.items() if status == 0)
