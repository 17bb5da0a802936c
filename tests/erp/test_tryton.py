"""The Tryton connector against Tryton itself."""

from __future__ import annotations

import pytest

from tests.integrations.connectors.tryton_promises import Promises


@pytest.mark.erp
class TestTryton(Promises):
    pass
