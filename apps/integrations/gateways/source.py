"""Asking a source for a page, through the guard; and what an answer that is none means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from apps.common.cards import scrub_card_numbers
from apps.integrations.commands import Answer
from apps.integrations.gateways.outside import request
from apps.integrations.policy import BadAddress, read_address
from apps.integrations.policy.answers import read_retry_after
from apps.integrations.policy.pulling import PullFailed

LARGEST_PAGE = 8 * 1024 * 1024
SAID_LENGTH = 300


def fetch_page(
    url: str,
    *,
    headers: Mapping[str, str],
    secrets: Sequence[str] = (),
    loopback: bool,
    now: datetime,
) -> bytes:
    """The body of a 2xx answer, 8 MiB at most. PullFailed says what came instead, without `secrets`."""
    try:
        target = read_address(url, plain_http=loopback)
    except BadAddress as error:
        raise PullFailed("address", f"This address is not one we may call ({error}).") from None
    answer = request("GET", target, headers=headers, loopback=loopback, read_max=LARGEST_PAGE)
    if answer.status is None:
        raise PullFailed(answer.problem or "no answer")
    if not answer.ok:
        wait = read_retry_after(answer.retry_after, now) if answer.retry_after else None
        raise PullFailed(f"status {answer.status}", said(answer, secrets), wait=wait)
    if answer.cut:
        raise PullFailed("too-large", "The answer is larger than 8 MiB. Ask for smaller pages.")
    return answer.body


def said(answer: Answer, secrets: Sequence[str]) -> str:
    """The beginning of an answer, for people: without card numbers, and without our secrets, which
    some sources repeat."""
    text = answer.body.decode(errors="replace").replace("\x00", "")
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "[secret removed]") if len(secret) > 3 else text
    return scrub_card_numbers(text)[:SAID_LENGTH].strip()
