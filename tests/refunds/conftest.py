from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.refunds.scene import Clock
from tests.refunds.stripe_stand_in import StripeStandIn


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def processor(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[StripeStandIn]:
    """Stripe, as far as we use it; refunds of gateway `stripe` go there."""
    with StripeStandIn() as running:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        settings.STRIPE_API_KEY = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"
        settings.STRIPE_API_BASE = running.base_url
        yield running
