"""The token is renewed in time, once, and a failed renewal is no reason to stop."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from client.errors import UnreachableError
from client.tokens import Grant, TokenKeeper


class Desk:
    """A token endpoint with a clock in front of it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.granted = 0
        self.open = True

    def fetch(self) -> Grant:
        if not self.open:
            raise UnreachableError("closed")
        self.granted += 1
        return Grant(f"token-{self.granted}", 900.0)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def keeper(desk: Desk) -> TokenKeeper:
    return TokenKeeper(desk.fetch, clock=lambda: desk.now, dice=lambda: 0.0)


def test_it_keeps_a_token_for_two_thirds_of_its_life(desk: Desk, keeper: TokenKeeper) -> None:
    assert keeper.current() == "token-1"
    desk.now = 599.0
    assert keeper.current() == "token-1"
    desk.now = 600.0
    assert keeper.current() == "token-2"


def test_jitter_renews_earlier_never_later(desk: Desk) -> None:
    keeper = TokenKeeper(desk.fetch, clock=lambda: desk.now, dice=lambda: 1.0)
    keeper.current()
    desk.now = 509.0
    assert keeper.current() == "token-1"
    desk.now = 511.0
    assert keeper.current() == "token-2"


def test_a_failed_early_renewal_goes_on_with_the_old_token(desk: Desk, keeper: TokenKeeper) -> None:
    keeper.current()
    desk.now, desk.open = 700.0, False
    assert keeper.current() == "token-1"
    desk.now = 900.0
    with pytest.raises(UnreachableError):
        keeper.current()


def test_a_discarded_token_is_replaced_and_a_newer_one_is_kept(
    desk: Desk, keeper: TokenKeeper
) -> None:
    keeper.discard(keeper.current())
    assert keeper.current() == "token-2"
    keeper.discard("token-1")
    assert keeper.current() == "token-2"


def test_many_threads_make_one_renewal(desk: Desk, keeper: TokenKeeper) -> None:
    together = threading.Barrier(8)

    def ask(_: int) -> str:
        together.wait()
        return keeper.current()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {"token-1"}
    assert desk.granted == 1
