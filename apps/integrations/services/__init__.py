"""Destinations, the secrets they know us by, and a test of both."""

from apps.integrations.services.carrying import carry_feed
from apps.integrations.services.changing import change_destination, close_breaker
from apps.integrations.services.delivering import deliver_due
from apps.integrations.services.destinations import add_destination, set_status
from apps.integrations.services.fan_out import fan_out
from apps.integrations.services.flows import (
    add_flow,
    run_now,
    set_credentials,
    set_flow_status,
    start_anew,
)
from apps.integrations.services.hopeless import disable_hopeless
from apps.integrations.services.inbound import SignatureInvalid, receive_message
from apps.integrations.services.jobs import answer_job, ask_job, carry_on_jobs
from apps.integrations.services.orders import (
    apply_due_messages,
    give_up_waiting,
    resolve_message,
    try_again,
)
from apps.integrations.services.peeking import CannotPeek, peek
from apps.integrations.services.previewing import dry_run
from apps.integrations.services.pruning import prune_inward
from apps.integrations.services.pulling import due_flows, run_flow
from apps.integrations.services.putting_away import discard, discard_alike
from apps.integrations.services.rejected import StillRefused, put_record_away, try_record_again
from apps.integrations.services.replaying import put_away, replay, replay_stretch
from apps.integrations.services.rotation import (
    OVERLAP,
    RotationUnderWay,
    end_overlaps,
    end_retiring_secret,
    rotate_webhook_secret,
)
from apps.integrations.services.shops import (
    NoSecret,
    ShopRotationUnderWay,
    add_shop,
    end_old_shop_secret,
    end_shop_overlaps,
    rotate_shop_secret,
    set_shop_status,
)
from apps.integrations.services.signing import CannotSign, sign
from apps.integrations.services.trying import send_test, try_connector

__all__ = [
    "OVERLAP",
    "CannotPeek",
    "CannotSign",
    "NoSecret",
    "RotationUnderWay",
    "ShopRotationUnderWay",
    "SignatureInvalid",
    "StillRefused",
    "add_destination",
    "add_flow",
    "add_shop",
    "answer_job",
    "apply_due_messages",
    "ask_job",
    "carry_feed",
    "carry_on_jobs",
    "change_destination",
    "close_breaker",
    "deliver_due",
    "disable_hopeless",
    "discard",
    "discard_alike",
    "dry_run",
    "due_flows",
    "end_old_shop_secret",
    "end_overlaps",
    "end_retiring_secret",
    "end_shop_overlaps",
    "fan_out",
    "give_up_waiting",
    "peek",
    "prune_inward",
    "put_away",
    "put_record_away",
    "receive_message",
    "replay",
    "replay_stretch",
    "resolve_message",
    "rotate_shop_secret",
    "rotate_webhook_secret",
    "run_flow",
    "run_now",
    "send_test",
    "set_credentials",
    "set_flow_status",
    "set_shop_status",
    "set_status",
    "sign",
    "start_anew",
    "try_again",
    "try_connector",
    "try_record_again",
]
