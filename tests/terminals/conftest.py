from __future__ import annotations

import pytest

from tests.terminals.signing import Signer, enrolled
from tests.world import Register


@pytest.fixture
def signer(register: Register) -> Signer:
    """The register of the world, enrolled anew with a key, which is the active credential."""
    signer = Signer(register)
    enrolled(register.terminal, signer.key)
    assert signer.token().status_code == 200
    return signer
