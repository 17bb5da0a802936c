"""The kinds of destinations, as people set them up."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from apps.integrations.admin.kinds.base import Credential, Group, Kind, Setting
from apps.integrations.admin.kinds.file import FILE
from apps.integrations.admin.kinds.journal import JOURNAL
from apps.integrations.admin.kinds.rest import REST
from apps.integrations.admin.kinds.tryton import TRYTON
from apps.integrations.states import DestinationKind

KINDS: Mapping[str, Kind] = {
    DestinationKind.WEBHOOK: Kind(
        about=_(
            "Signed HTTPS requests, one for each event, by Standard Webhooks. For your own code."
        )
    ),
    DestinationKind.REST: REST,
    DestinationKind.JOURNAL: JOURNAL,
    DestinationKind.FILE: FILE,
    DestinationKind.TRYTON: TRYTON,
}

__all__ = ["KINDS", "Credential", "Group", "Kind", "Setting"]
