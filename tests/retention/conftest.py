from __future__ import annotations

import pytest
from django.utils import timezone

from apps.integrations.services.destinations import add_destination
from tests.integrations.conftest import Erp
from tests.world import SETUP


@pytest.fixture
def erp(db: None) -> Erp:
    """A destination that nobody calls, and its secret."""
    return add_destination(
        name="ERP", url="https://erp.example/hook", actor=SETUP, now=timezone.now()
    )
