"""What says to a source who asks."""

from __future__ import annotations

from dataclasses import dataclass, field

from apps.integrations.models import SyncFlow
from apps.integrations.policy.access import headers_for
from apps.integrations.services.flows import credentials_of


@dataclass(frozen=True, slots=True)
class Access:
    """Headers to send, and the secrets in them, which no answer may bring onto a page."""

    headers: dict[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


def access_of(flow: SyncFlow) -> Access:
    """UnreadableSecret when the credentials' key is gone."""
    credentials = credentials_of(flow)
    headers = headers_for(flow.access, credentials)
    return Access({"Accept": "application/json", **headers}, tuple(credentials.values()))
