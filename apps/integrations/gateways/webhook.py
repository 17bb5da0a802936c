"""Webhooks, by Standard Webhooks 1.0: one signed POST an event."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook as Signer

from apps.common.cards import scrub_card_numbers
from apps.common.fields import format_instant
from apps.common.ids import uuid7
from apps.integrations.commands import Answer, CallMade
from apps.integrations.gateways.base import ANSWER_KEPT, Message, Result, Target
from apps.integrations.gateways.lines import post
from apps.integrations.policy import BadAddress, read_address
from apps.integrations.policy.answers import judge
from apps.integrations.states import SendProblem


class Webhook:
    def carries_many(self, config: Mapping[str, Any]) -> bool:
        return False

    def deliver(self, batch: Sequence[Message], target: Target, *, now: datetime) -> Result:
        prepared = self.preview(batch, target, now=now)
        answer = _post(target, prepared)
        outcome = judge(
            answer.status,
            answer.problem,
            permanent=target.permanent_statuses,
            retry_after=answer.retry_after,
            now=now,
        )
        return Result(_as_called(prepared, answer), [outcome])

    def preview(self, batch: Sequence[Message], target: Target, *, now: datetime) -> CallMade:
        (message,) = batch
        body = json.dumps(message.body, ensure_ascii=False, separators=(",", ":"), default=str)
        head = sign_with(target.secrets, message_id=str(message.event_id), at=now, body=body)
        return CallMade(now, 0, None, "", head, body, "")

    def test(self, target: Target, *, now: datetime) -> Result:
        body = {"type": "ping", "timestamp": format_instant(now), "data": {"name": target.name}}
        ping = Message(uuid7(), "ping", "", 1, now, body)
        return self.deliver([ping], target, now=now)

    def check(self, config: Mapping[str, Any]) -> list[str]:
        return [f"A webhook has no setting “{name}”." for name in sorted(config)]


def sign_with(
    secrets: Sequence[str], *, message_id: str, at: datetime, body: str
) -> dict[str, str]:
    """`webhook-id`, `-timestamp` and `-signature`: one signature by each secret, the newest first."""
    moment = at.astimezone(UTC)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(
            Signer(one).sign(message_id, moment, body) for one in secrets
        ),
    }


def _post(target: Target, prepared: CallMade) -> Answer:
    try:
        address = read_address(target.url, plain_http=target.loopback)
    except BadAddress:  # saved in development, or before a rule was made stricter
        return Answer(0, problem=SendProblem.NOT_SENT)
    return post(
        address,
        headers=prepared.head,
        body=prepared.body.encode(),
        loopback=target.loopback,
        total=target.timeout,
    )


def _as_called(prepared: CallMade, answer: Answer) -> CallMade:
    # Scrubbed before it is cut, so that no card number is cut in two and missed.
    text = scrub_card_numbers(answer.body.decode(errors="replace").replace("\x00", ""))
    return CallMade(
        prepared.at, answer.milliseconds, answer.status, answer.problem,
        prepared.head, prepared.body, text[:ANSWER_KEPT],
    )  # fmt: skip
