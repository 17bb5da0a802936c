"""Destinations, the secrets they know us by, and a test of both."""

from apps.integrations.services.destinations import add_destination, set_enabled
from apps.integrations.services.rotation import (
    OVERLAP,
    RotationUnderWay,
    end_overlaps,
    end_retiring_secret,
    rotate_webhook_secret,
)
from apps.integrations.services.signing import CannotSign, sign
from apps.integrations.services.trying import send_test

__all__ = [
    "OVERLAP",
    "CannotSign",
    "RotationUnderWay",
    "add_destination",
    "end_overlaps",
    "end_retiring_secret",
    "rotate_webhook_secret",
    "send_test",
    "set_enabled",
    "sign",
]
