from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.erp.running import VENV, running_tryton
from tests.integrations.connectors.tryton_promises import RunningTryton


@pytest.fixture(scope="session")
def tryton() -> Iterator[RunningTryton]:
    if not (VENV / "bin" / "trytond").exists():
        pytest.skip("Tryton is not installed: `make test-erp` does it.")
    with running_tryton() as running:
        yield running
