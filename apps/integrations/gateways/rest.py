"""Any JSON API, by settings: one request for each event, or one for a batch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings as django_settings

from apps.common.fields import format_instant
from apps.integrations.commands import Answer, CallMade
from apps.integrations.gateways.base import Message, Result, Target
from apps.integrations.gateways.calling import (
    NOTHING,
    Ask,
    Clock,
    all_alike,
    as_called,
    judged,
    not_called,
    send,
    unsent,
)
from apps.integrations.gateways.tokens import NoToken, Tokens, secret_head
from apps.integrations.policy.answers import PERMANENT, Outcome
from apps.integrations.policy.rest import (
    OAUTH,
    NoPath,
    RestSettings,
    fill_path,
    judge_answer,
    read_rest,
)


class Rest:
    def __init__(self) -> None:
        self._tokens = Tokens()

    def carries_many(self, config: Mapping[str, Any]) -> bool:
        return _read(config)[0].carries_many

    def deliver(self, batch: Sequence[Message], target: Target, *, now: datetime) -> Result:
        rest, wrong = _read(target.config)
        if wrong:
            return not_called(batch, now, "settings", " ".join(wrong))
        try:
            ask = _ask(batch, target, rest)
        except NoPath as error:
            return not_called(batch, now, "path", f"nothing for {{{error}}}", PERMANENT)
        try:
            answer, call = self._send(ask, rest, target, now)
        except NoToken as error:
            return not_called(batch, now, error.cause, str(error))
        if not answer.ok:
            return all_alike(batch, call, _with_detail(judged(answer, target, now), call))
        ids = [str(message.event_id) for message in batch]
        return Result(call, judge_answer(answer.body, rest.rules, ids))

    def preview(self, batch: Sequence[Message], target: Target, *, now: datetime) -> CallMade:
        rest, _wrong = _read(target.config)
        try:
            return unsent(_ask(batch, target, rest), now)
        except NoPath as error:
            return not_called(batch, now, "path", f"nothing for {{{error}}}").call

    def test(self, target: Target, *, now: datetime) -> Result:
        """The request that the settings name for it; without one, a GET of the address."""
        rest, wrong = _read(target.config)
        if wrong:
            return not_called([NOTHING], now, "settings", " ".join(wrong))
        ask = Ask(rest.test_method, _join(target.url, rest.test_path), _head(rest))
        try:
            answer, call = self._send(ask, rest, target, now)
        except NoToken as error:
            return not_called([NOTHING], now, error.cause, str(error))
        return Result(call, [_with_detail(judged(answer, target, now), call)])

    def check(self, config: Mapping[str, Any]) -> list[str]:
        return _read(config)[1]

    def _send(
        self, ask: Ask, rest: RestSettings, target: Target, now: datetime
    ) -> tuple[Answer, CallMade]:
        """Once; with OAuth, after a 401, once more with a new token."""
        clock = Clock(target.timeout)
        for last in (False, True):
            secret = secret_head(rest.auth, target, self._tokens, clock)
            ready = Ask(ask.method, ask.url, ask.head, ask.body, ask.content_type, secret)
            answer = send(ready, target, clock)
            if answer.status != 401 or rest.auth.kind != OAUTH or last:
                break
            token = secret["Authorization"].removeprefix("Bearer ")
            self._tokens.forget(rest.auth, target, token)
        shown = [value.split(" ", 1)[-1] for value in secret.values()]
        return answer, as_called(unsent(ask, now), answer, target, shown)


def _read(config: Mapping[str, Any]) -> tuple[RestSettings, list[str]]:
    return read_rest(config, plain_http=django_settings.DEVELOPMENT)


def _ask(batch: Sequence[Message], target: Target, rest: RestSettings) -> Ask:
    """The request, without what proves who we are. NoPath when the message lacks a part of it."""
    bodies = [message.body for message in batch]
    if rest.batch == "one":
        (message,) = batch
        path, body = fill_path(rest.path, _facts(message)), bodies[0]
    else:
        path, body = rest.path, {rest.batch_key: bodies} if rest.batch == "items" else bodies
    head = _head(rest)
    if rest.idempotency_header:
        head[rest.idempotency_header] = _key(batch)
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=str)
    return Ask(rest.method, _join(target.url, path), head, text)


def _head(rest: RestSettings) -> dict[str, str]:
    return {"Accept": "application/json", **rest.headers}


def _key(batch: Sequence[Message]) -> str:
    """The event's id; of a batch, what follows from all of them: the same events, the same key."""
    ids = [str(message.event_id) for message in batch]
    return ids[0] if len(ids) == 1 else hashlib.sha256("\n".join(ids).encode()).hexdigest()


def _facts(message: Message) -> dict[str, Any]:
    kind, _, subject_id = message.subject.partition(":")
    return {
        "id": str(message.event_id),
        "type": message.type,
        "sequence": message.sequence,
        "occurred_at": format_instant(message.occurred_at),
        "subject": {"type": kind, "id": subject_id},
        "body": message.body,
    }


def _join(url: str, path: str) -> str:
    """`https://erp.example/api` and `/returns?x=1`; a query of the address itself stays."""
    base, (more, _, query) = urlsplit(url), path.partition("?")
    joined = base.path.rstrip("/") + more if more else base.path
    return urlunsplit(base._replace(path=joined, query="&".join(filter(None, (base.query, query)))))


def _with_detail(outcome: Outcome, call: CallMade) -> Outcome:
    """What was answered, for people who look at the error queue."""
    if outcome.ok or outcome.detail:
        return outcome
    return Outcome(outcome.kind, outcome.cause, call.answer[:200], outcome.retry_after)
