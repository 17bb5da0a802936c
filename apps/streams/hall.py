"""Who waits, and who is to be woken. Not safe for threads: it belongs to the event loop."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from apps.common.caller import Caller

MOST_OF_A_REGISTER = 8


class Guest:
    """One request that waits. It is woken by news, by having to go, and by having been left."""

    __slots__ = ("_bell", "has_left", "must_go")

    def __init__(self) -> None:
        self._bell = asyncio.Event()
        self.must_go = ""  # why
        self.has_left = False  # nobody reads the answer any more

    def wake(self) -> None:
        self._bell.set()

    def leave(self) -> None:
        self.has_left = True
        self.wake()

    async def wait(self, until: float) -> bool:
        """Until it is woken, which may have been since it woke last; False when the time came first.

        `until` is by the clock of the event loop.
        """
        try:
            async with asyncio.timeout_at(until):
                await self._bell.wait()
        except TimeoutError:
            return False
        self._bell.clear()
        return True


class Hall:
    """All who wait, by shop and by register."""

    def __init__(self) -> None:
        self._of_store: defaultdict[int, set[Guest]] = defaultdict(set)
        self._of_register: defaultdict[UUID, list[Guest]] = defaultdict(list)
        self._closing = ""

    @contextmanager
    def waiting(self, caller: Caller) -> Iterator[Guest]:
        """A guest for as long as the block lasts. Where a register has many, its oldest has to go:

        lines that broke without a word would otherwise count for as long as their token is good.
        """
        guest = Guest()
        guest.must_go = self._closing
        of_register = self._of_register[caller.terminal_id]
        of_register.append(guest)
        self._of_store[caller.store_id].add(guest)
        if len(of_register) > MOST_OF_A_REGISTER:
            _send_away(of_register[0], "too-many")
        try:
            yield guest
        finally:
            self._take_out(caller, guest)

    def call(self, stores: Iterable[int | None]) -> None:
        """Wake those of these shops; with None among them, everybody."""
        which = set(stores)
        for store_id in self._of_store if None in which else which & self._of_store.keys():
            for guest in self._of_store[store_id]:  # type: ignore[index]
                guest.wake()

    def close(self) -> None:
        """Everybody has to go, and so has who comes from now on."""
        self._closing = "restart"
        for guests in self._of_store.values():
            for guest in guests:
                _send_away(guest, self._closing)

    def _take_out(self, caller: Caller, guest: Guest) -> None:
        of_store = self._of_store[caller.store_id]
        of_store.discard(guest)
        if not of_store:
            del self._of_store[caller.store_id]
        of_register = self._of_register[caller.terminal_id]
        of_register.remove(guest)
        if not of_register:
            del self._of_register[caller.terminal_id]


def _send_away(guest: Guest, why: str) -> None:
    guest.must_go = guest.must_go or why
    guest.wake()
