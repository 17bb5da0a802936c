"""Connectors: how each kind of other system is called."""

from __future__ import annotations

from functools import cache

from django.utils.module_loading import import_string

from apps.integrations.gateways.base import Connector
from apps.integrations.states import DestinationKind

# Loaded when first needed: the library for SFTP alone takes 20 MB and some time in every process.
_MAKERS: dict[str, str] = {
    DestinationKind.WEBHOOK: "apps.integrations.gateways.webhook.Webhook",
    DestinationKind.REST: "apps.integrations.gateways.rest.Rest",
    DestinationKind.JOURNAL: "apps.integrations.gateways.journal.Journal",
    DestinationKind.FILE: "apps.integrations.gateways.file_drop.FileDrop",
    DestinationKind.TRYTON: "apps.integrations.gateways.tryton.Tryton",
}


@cache
def connector_for(kind: str) -> Connector:
    """The one connector of a kind; KeyError for a kind without one."""
    made: Connector = import_string(_MAKERS[kind])()
    return made
