"""Destinations, the secrets they know us by, and a test of both."""

from apps.integrations.services.changing import change_destination, close_breaker
from apps.integrations.services.delivering import deliver_due
from apps.integrations.services.destinations import add_destination, set_status
from apps.integrations.services.fan_out import fan_out
from apps.integrations.services.hopeless import disable_hopeless
from apps.integrations.services.jobs import answer_job, ask_job, carry_on_jobs
from apps.integrations.services.previewing import dry_run
from apps.integrations.services.putting_away import discard, discard_alike
from apps.integrations.services.replaying import put_away, replay, replay_stretch
from apps.integrations.services.rotation import (
    OVERLAP,
    RotationUnderWay,
    end_overlaps,
    end_retiring_secret,
    rotate_webhook_secret,
)
from apps.integrations.services.signing import CannotSign, sign
from apps.integrations.services.trying import send_test
from apps.integrations.services.turns import due_destinations

__all__ = [
    "OVERLAP",
    "CannotSign",
    "RotationUnderWay",
    "add_destination",
    "answer_job",
    "ask_job",
    "carry_on_jobs",
    "change_destination",
    "close_breaker",
    "deliver_due",
    "disable_hopeless",
    "discard",
    "discard_alike",
    "dry_run",
    "due_destinations",
    "end_overlaps",
    "end_retiring_secret",
    "fan_out",
    "put_away",
    "replay",
    "replay_stretch",
    "rotate_webhook_secret",
    "send_test",
    "set_status",
    "sign",
]
