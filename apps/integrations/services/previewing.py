"""Dry run: the request that would go out under the present mapping, beside the last one that did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from apps.common.keyring import UnreadableSecret
from apps.events.models import Event
from apps.integrations.commands import CallMade
from apps.integrations.gateways import connector_for
from apps.integrations.models import Attempt, Delivery
from apps.integrations.policy.mapping import MappingError
from apps.integrations.services.signing import CannotSign
from apps.integrations.services.targets import mapper_of, message_of, target_of


@dataclass(frozen=True, slots=True)
class DryRun:
    """`then` is what was sent last, `now` what would be; `problem` says why nothing would be."""

    then: Attempt | None
    now: CallMade | None
    problem: str = ""


def dry_run(delivery: Delivery, *, now: datetime) -> DryRun:
    """Nothing is sent and nothing is written."""
    then = Attempt.objects.filter(delivery=delivery).select_related("call").order_by("-number")
    last = then.first()
    event = Event.objects.filter(pk=delivery.event_id).first()
    if event is None:
        return DryRun(last, None, "The event is older than events are kept.")
    destination = delivery.destination
    try:
        message = message_of(event, mapper_of(destination))
        target = target_of(destination, now)
        return DryRun(last, connector_for(destination.kind).preview([message], target, now=now))
    except (MappingError, CannotSign, UnreadableSecret) as error:
        return DryRun(last, None, str(error))
