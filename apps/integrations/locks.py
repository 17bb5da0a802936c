"""The only place that locks destinations; the secrets of one are changed only while it is held.

Who needs the health too takes it first: in that order a call is written down.
"""

from __future__ import annotations

from uuid import UUID

from apps.common.errors import NotFound
from apps.integrations.models import Destination, DestinationHealth


def lock_destination(destination_id: UUID) -> Destination:
    """The destination as it is now, held until the transaction ends. NotFound when it is gone."""
    found = Destination.objects.select_for_update().filter(pk=destination_id).first()
    if found is None:
        raise NotFound("This destination is gone.")
    return found


def lock_health(destination_id: UUID) -> DestinationHealth:
    return DestinationHealth.objects.select_for_update().get(pk=destination_id)
