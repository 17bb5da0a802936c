from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integrations.inward.orders import Shop, make_shop
from tests.integrations.inward.source import Source
from tests.world import Register


@pytest.fixture
def shop(register: Register) -> Shop:
    """A web shop of shop 0900, in a world with a register of shop 0042; the books are held after it."""
    return make_shop()


@pytest.fixture
def source() -> Iterator[Source]:
    with Source() as running:
        yield running
