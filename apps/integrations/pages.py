"""Where pages of the admin are, for other pages that lead there. Imports no page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

AGAIN, RESOLVE, DISCARD, DRY_RUN = "again", "resolve", "discard", "dry-run"
CAUSE_ACTS = {
    AGAIN: _("Try again all like this"),
    DRY_RUN: _("Dry run"),
    RESOLVE: _("Resolve all"),
    DISCARD: _("Discard all"),
}
"""What can be done to all that failed alike, in the order of the buttons."""


def cause_url(destination_id: Any, cause: str, act: str) -> str:
    url = reverse("admin:integrations_destination_cause", args=[destination_id, act])
    return f"{url}?{urlencode({'cause': cause})}"


def rows_url(destination_id: Any, cause: str) -> str:
    """The rows of a cause, in the delivery log."""
    return _rows("delivery", status="dead", destination=destination_id, cause=cause)


def records_url(flow_id: Any, status: str, cause: str) -> str:
    """The records of a sync flow that were refused alike."""
    return _rows("rejectedrecord", status=status, flow=flow_id, cause=cause)


def messages_url(shop_id: Any, status: str, cause: str) -> str:
    """The messages of a web shop that were refused alike."""
    return _rows("inboundmessage", status=status, shop=shop_id, cause=cause)


def _rows(model: str, **wanted: Any) -> str:
    return f"{reverse(f'admin:integrations_{model}_changelist')}?{urlencode(wanted)}"
