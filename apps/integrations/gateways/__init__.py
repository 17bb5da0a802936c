"""Connectors: how each kind of other system is called."""

from __future__ import annotations

from functools import cache

from apps.integrations.gateways.base import Connector
from apps.integrations.gateways.webhook import Webhook
from apps.integrations.states import DestinationKind


@cache
def connector_for(kind: str) -> Connector:
    """The one connector of a kind; KeyError for a kind without one."""
    makers: dict[str, type[Connector]] = {DestinationKind.WEBHOOK: Webhook}
    return makers[kind]()
