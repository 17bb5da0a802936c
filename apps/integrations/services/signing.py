"""Secrets of webhooks, and what is signed with them (Standard Webhooks 1.0)."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime

from django.db.models import Q

from apps.common.errors import Conflict
from apps.common.keyring import UnreadableSecret
from apps.integrations.gateways.webhook import sign_with
from apps.integrations.models import Destination, WebhookSecret
from apps.integrations.states import SecretStatus

_PREFIX = "whsec_"
_HINT_LENGTH = len(_PREFIX) + 4


class CannotSign(Conflict):
    """A secret that should sign cannot be read, or there is none."""


def sign(
    destination: Destination, *, message_id: str, timestamp: datetime, body: bytes
) -> dict[str, str]:
    """`webhook-id`, `webhook-timestamp` and `webhook-signature` for these very bytes (UTF-8).

    One signature by each secret that is good at that time, the newest first: `v1,… v1,…`. During an
    overlap a receiver may know either. CannotSign when a secret cannot be read: a request that lacks
    a signature would be refused by those who know that secret only.
    """
    found = signing_secrets(destination, timestamp)
    return sign_with(found, message_id=message_id, at=timestamp, body=body.decode())


def make_secret(destination: Destination, *, now: datetime) -> str:
    """A new active secret, in clear: 32 random bytes, as Standard Webhooks writes them."""
    secret = _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    WebhookSecret.objects.create(
        destination=destination, secret=secret, hint=secret[:_HINT_LENGTH], created_at=now
    )
    return secret


def signing_secrets(destination: Destination, at: datetime) -> list[str]:
    """The secrets that are good at that time, in clear, the newest first. CannotSign as `sign`."""
    good = Q(status=SecretStatus.ACTIVE) | Q(status=SecretStatus.RETIRING, not_after__gt=at)
    rows = WebhookSecret.objects.filter(good, destination=destination).order_by("-created_at")
    found = [_read(row) for row in rows]
    if not found:
        raise CannotSign("This destination has no secret.")
    return found


def _read(row: WebhookSecret) -> str:
    try:
        secret = row.secret
    except UnreadableSecret as error:
        raise CannotSign(
            f"The secret {row} cannot be read. {error.why} Put the key back, or rotate the secret."
        ) from error
    assert secret is not None  # the database holds it: what signs is there
    return secret
