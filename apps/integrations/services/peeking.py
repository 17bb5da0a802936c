"""A look at the next page of a source: what would come, mapped, without keeping anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from apps.common.errors import Refusal
from apps.common.keyring import UnreadableSecret
from apps.integrations.gateways.source import fetch_page
from apps.integrations.models import SyncFlow, SyncState
from apps.integrations.policy.pulling import PullFailed, address_of_page, read_mark, read_page
from apps.integrations.policy.records import BadRecord, raw_of, read_item, read_level
from apps.integrations.services.access import access_of
from apps.integrations.services.applying import template_of
from apps.integrations.services.pulling import terms_of
from apps.integrations.states import FlowKind

SHOWN = 20


class CannotPeek(Refusal):
    """The source gave no page."""

    code = "conflict"


@dataclass(frozen=True, slots=True)
class Peeked:
    """A record as it comes, and what is read from it, or why nothing is."""

    raw: str
    told: dict[str, Any] | None
    problem: str


def peek(flow: SyncFlow, *, clock: Callable[[], datetime]) -> tuple[str, int, list[Peeked]]:
    """(the address that was asked, how many records came, the first 20). CannotPeek says why not."""
    terms, now = terms_of(flow), clock()
    mark = read_mark(
        SyncState.objects.values_list("cursor", flat=True).get(pk=flow.pk), flow.paging
    )
    try:
        address = address_of_page(terms, mark)
        access = access_of(flow)
        body = fetch_page(
            address, headers=access.headers, secrets=access.secrets,
            loopback=settings.DEVELOPMENT, now=now,
        )  # fmt: skip
        records = read_page(body, terms).records
    except (PullFailed, UnreadableSecret) as error:
        raise CannotPeek(str(error)) from None
    return address, len(records), [_peeked(flow, record, now) for record in records[:SHOWN]]


def _peeked(flow: SyncFlow, record: Any, now: datetime) -> Peeked:
    try:
        if flow.kind == FlowKind.CATALOGUE:
            told: Any = read_item(record, template_of(flow))
        else:
            told = read_level(record, template_of(flow), asked_at=now)
    except BadRecord as error:
        return Peeked(raw_of(record), None, error.detail)
    plain = {name: value for name, value in asdict(told).items() if value is not None}
    return Peeked(raw_of(record), plain, "")
