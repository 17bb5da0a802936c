from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """Where checkpoints are written to."""
    settings.AUDIT_CHECKPOINTS = str(tmp_path)
    return tmp_path
