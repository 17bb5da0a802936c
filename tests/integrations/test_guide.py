"""The code of docs/webhooks.md does what the guide says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from standardwebhooks import WebhookVerificationError

from apps.integrations.models import Destination
from apps.integrations.services import rotate_webhook_secret, send_test
from tests.integrations.receiver import Receiver
from tests.world import SETUP

GUIDE = Path(settings.BASE_DIR, "docs", "webhooks.md").read_text()


@pytest.fixture
def guide() -> dict[str, Any]:
    """What its Python defines."""
    defined: dict[str, Any] = {}
    for code in re.findall(r"^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL):
        exec(code, defined)
    return defined


def test_both_ways_of_verifying_know_either_secret(
    erp: tuple[Destination, str], receiver: Receiver, guide: dict[str, Any]
) -> None:
    destination, old = erp
    new = rotate_webhook_secret(destination, actor=SETUP, now=timezone.now())
    send_test(destination, actor=SETUP, clock=timezone.now)
    [received] = receiver.received
    headers = {name.lower(): value for name, value in received.headers.items()}

    for secret in (new, old):
        assert guide["receive"](received.body, headers, secret)["type"] == "ping"
        assert guide["is_ours"](received.body, headers, secret)
    with pytest.raises(WebhookVerificationError):
        guide["receive"](received.body + b" ", headers, new)
    assert not guide["is_ours"](received.body + b" ", headers, new)
    assert not guide["is_ours"](received.body, headers | {"webhook-timestamp": "1795270771"}, new)
