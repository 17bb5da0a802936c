"""The only place that locks destinations; the secrets of one are changed only while it is held."""

from __future__ import annotations

from uuid import UUID

from apps.common.errors import NotFound
from apps.integrations.models import Destination


def lock_destination(destination_id: UUID) -> Destination:
    """The destination as it is now, held until the transaction ends. NotFound when it is gone."""
    found = Destination.objects.select_for_update().filter(pk=destination_id).first()
    if found is None:
        raise NotFound("This destination is gone.")
    return found
