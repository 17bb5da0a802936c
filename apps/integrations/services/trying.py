"""A test event: signed and sent for real, so that an administrator sees what a receiver says."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import transaction

from apps.audit import services as audit
from apps.common.caller import Actor
from apps.common.cards import scrub_card_numbers
from apps.common.fields import format_instant
from apps.common.ids import uuid7
from apps.common.keyring import UnreadableSecret
from apps.integrations.commands import Answer, SentTest, TriedConnection
from apps.integrations.gateways import connector_for
from apps.integrations.gateways.outside import post
from apps.integrations.models import Destination
from apps.integrations.policy import BadAddress, read_address
from apps.integrations.services.destinations import fact
from apps.integrations.services.signing import CannotSign, sign
from apps.integrations.services.targets import target_of
from apps.integrations.states import SendProblem

SHOWN_LENGTH = 2048
"""Characters of an answer that a person gets to see."""


def send_test(destination: Destination, *, actor: Actor, clock: Callable[[], datetime]) -> SentTest:
    """Send `{"type": "ping", …}` now, enabled or not, and say what came of it.

    Takes up to 20 s, with no transaction open. CannotSign when a secret cannot be read.
    """
    message_id, now = f"ping_{uuid7().hex}", clock()
    body = _ping(destination, now)
    # durable: raises when a transaction is open around a call to the outside, as it must never be.
    with transaction.atomic(durable=True):
        headers = sign(destination, message_id=message_id, timestamp=now, body=body)
    answer = _post(destination, headers, body)
    with transaction.atomic():
        outcome = str(answer.status or answer.problem)
        data = {"message_id": message_id, "milliseconds": answer.milliseconds}
        told = fact("destination.test_sent", destination, data, outcome)
        audit.record([told], actor=actor, now=clock())
    # Scrubbed before it is cut, so that no card number is cut in two and missed.
    text = scrub_card_numbers(answer.body.decode(errors="replace"))
    shortened = answer.cut or len(text) > SHOWN_LENGTH
    return SentTest(message_id, answer, text[:SHOWN_LENGTH], shortened)


def try_connector(
    destination: Destination, *, actor: Actor, clock: Callable[[], datetime]
) -> TriedConnection:
    """Have its connector look whether address, settings and credentials are right; nothing is changed there.

    With no transaction open, as `send_test`. CannotSign when its credentials cannot be read.
    """
    try:
        with transaction.atomic(durable=True):
            target = target_of(destination, clock())
    except UnreadableSecret as error:
        raise CannotSign(str(error)) from error
    result = connector_for(destination.kind).test(target, now=clock())
    outcome = result.outcomes[0]
    with transaction.atomic():
        data = {"milliseconds": result.call.milliseconds}
        told = fact("destination.test_sent", destination, data, outcome.cause or outcome.kind)
        audit.record([told], actor=actor, now=clock())
    return TriedConnection(outcome.ok, outcome.cause, outcome.detail, result.call)


def _ping(destination: Destination, now: datetime) -> bytes:
    data = {"destination": str(destination.pk), "name": destination.name}
    event = {"type": "ping", "timestamp": format_instant(now), "data": data}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def _post(destination: Destination, headers: dict[str, str], body: bytes) -> Answer:
    try:
        target = read_address(destination.url, plain_http=settings.DEVELOPMENT)
    except BadAddress:  # saved in development, or before a rule was made stricter
        return Answer(0, problem=SendProblem.NOT_SENT)
    return post(target, headers=headers, body=body, loopback=settings.DEVELOPMENT)
