"""What connectors that speak HTTP share: a request, sending it through the guard, its place in the log."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from apps.common.cards import scrub_card_numbers
from apps.integrations.commands import Answer, CallMade
from apps.integrations.gateways.base import ANSWER_KEPT, Message, Result, Target
from apps.integrations.gateways.outside import request
from apps.integrations.policy import BadAddress, read_address
from apps.integrations.policy.answers import RETRY, Outcome, judge
from apps.integrations.states import SendProblem

NOTHING: Any = None
"""In place of a message, where a call carries none."""
HIDDEN = "[secret removed]"
_NO_SECRETS = frozenset({"username", "client_id"})


@dataclass(frozen=True, slots=True)
class Ask:
    """A request. `secret` headers are sent, and stand in no log."""

    method: str
    url: str
    head: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    content_type: str = "application/json"
    secret: Mapping[str, str] = field(default_factory=dict, repr=False)


class Clock:
    """The seconds that are left for a delivery, however many requests it takes."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """At least a little, so that the last request ends by itself."""
        return max(0.05, self._end - time.monotonic())

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._end


def send(ask: Ask, target: Target, clock: Clock) -> Answer:
    """Never raises: a problem is an answer too."""
    try:
        address = read_address(ask.url, plain_http=target.loopback)
    except BadAddress:  # saved in development, or before a rule was made stricter
        return Answer(0, problem=SendProblem.NOT_SENT)
    return request(
        ask.method,
        address,
        headers={**ask.head, **ask.secret},
        body=None if ask.body is None else ask.body.encode(),
        content_type=ask.content_type,
        loopback=target.loopback,
        total=clock.left,
    )


def unsent(ask: Ask, now: datetime) -> CallMade:
    """The request as the log keeps it; what is asked of whom stands first, beside the headers."""
    head = {"Request": f"{ask.method} {ask.url}", **ask.head}
    return CallMade(now, 0, None, "", head, ask.body or "", "")


def as_called(
    prepared: CallMade, answer: Answer, target: Target, more: Iterable[str] = ()
) -> CallMade:
    """The call with its answer: no secret of ours that it may have echoed, and no card number."""
    text = answer.body.decode(errors="replace").replace("\x00", "")
    # Scrubbed before it is cut, so that nothing is cut in two and missed.
    text = scrub_card_numbers(without_secrets(text, target, more))[:ANSWER_KEPT]
    return CallMade(
        prepared.at, answer.milliseconds, answer.status, answer.problem,
        prepared.head, prepared.body, text,
    )  # fmt: skip


def answered(prepared: CallMade, answer: str, *, problem: str = "") -> CallMade:
    """For connectors without HTTP: what became of it, in our own words."""
    return replace(prepared, answer=answer[:ANSWER_KEPT], problem=problem[:64])


def without_secrets(text: str, target: Target, more: Iterable[str] = ()) -> str:
    secrets = [value for name, value in target.credentials.items() if name not in _NO_SECRETS]
    for secret in sorted([*secrets, *more], key=len, reverse=True):
        text = text.replace(secret, HIDDEN) if len(secret) > 3 else text
    return text


def judged(answer: Answer, target: Target, now: datetime) -> Outcome:
    """By status alone, as for every connector (`judge`)."""
    return judge(
        answer.status,
        answer.problem,
        permanent=target.permanent_statuses,
        retry_after=answer.retry_after,
        now=now,
    )


def all_alike(batch: Sequence[Message], call: CallMade, outcome: Outcome) -> Result:
    return Result(call, [outcome] * len(batch))


def not_called(
    batch: Sequence[Message], now: datetime, cause: str, detail: str, kind: str = RETRY
) -> Result:
    """Nothing was sent, and why. Tried again unless it says otherwise: settings can be mended."""
    call = CallMade(now, 0, None, cause[:64], {}, "", detail)
    return all_alike(batch, call, Outcome(kind, cause, detail))
