from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.connectors.far_side import FarSide


@pytest.fixture
def far_side() -> Iterator[FarSide]:
    with FarSide() as running:
        yield running


@pytest.fixture
def drops(settings: Any, tmp_path: Path) -> Path:
    """The folder that file drops and journals are below, with a DATA_DIR of this test's own."""
    settings.DATA_DIR = tmp_path
    return tmp_path / "drops"
