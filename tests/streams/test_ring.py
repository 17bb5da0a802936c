"""What is kept in memory, and for whom it is enough. No database, no process."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from apps.events.commands import Cursor
from apps.streams.ring import Entry, Ring


def entry(position: int, store_id: int | None = 1, **data: str) -> Entry:
    row: tuple[Any, ...] = (uuid4(), position, position, "test", "test", str(position), 1, store_id)
    return Entry("epoch", (*row, "", "", None, None, str(data).replace("'", '"')))


def ring(size: int, *stores: int | None, begun_at: int = 0) -> Ring:
    """A ring that heard events of these shops, one each."""
    made = Ring(size)
    made.restart("epoch", begun_at)
    made.push([entry(n, store_id) for n, store_id in enumerate(stores, start=begun_at + 1)])
    return made


def positions(made: Ring, store_id: int, behind: int) -> list[int] | None:
    entries = made.after(store_id, Cursor("epoch", behind))
    return None if entries is None else [one.position for one in entries]


def test_a_shop_gets_its_own_and_everybodys_in_order() -> None:
    made = ring(10, 1, 2, None, 1, None, 2)
    assert positions(made, 1, 0) == [1, 3, 4, 5]
    assert positions(made, 2, 2) == [3, 5, 6]
    assert positions(made, 3, 0) == [3, 5]
    assert positions(made, 1, 6) == []
    assert made.place == Cursor("epoch", 6)


def test_a_quiet_shop_is_in_memory_however_much_others_do() -> None:
    made = ring(3, 1, *[2] * 50)
    assert positions(made, 1, 1) == []
    assert positions(made, 1, 0) is None
    assert positions(made, 2, 48) == [49, 50, 51]
    assert positions(made, 2, 47) is None
    assert positions(made, 3, 0) == []


def test_what_concerned_all_and_was_dropped_is_missing_to_all() -> None:
    made = ring(2, None, 1, 1)
    assert positions(made, 2, 0) is None
    assert positions(made, 2, 1) == []


def test_nothing_is_known_of_what_was_before_it_began() -> None:
    made = ring(10, 1, begun_at=7)
    assert positions(made, 1, 6) is None
    assert positions(made, 1, 7) == [8]


def test_another_epoch_and_an_empty_ring_know_nothing() -> None:
    assert ring(10, 1).after(1, Cursor("another", 0)) is None
    assert Ring().after(1, Cursor("epoch", 0)) is None


def test_a_reader_ahead_of_the_ring_gets_nothing_twice() -> None:
    assert positions(ring(10, 1, 1), 1, 5) == []


def test_an_entry_knows_what_it_names() -> None:
    something = uuid4()
    assert entry(1, None, **{"return": str(something)}).names(something)
    assert not entry(1, None, **{"return": str(uuid4())}).names(something)


@given(
    stores=st.lists(st.sampled_from([1, 2, None]), max_size=30),
    size=st.integers(1, 12),
    behind=st.integers(0, 30),
)
def test_what_it_gives_is_everything_or_it_says_that_it_cannot(
    stores: list[int | None], size: int, behind: int
) -> None:
    made = ring(size, *stores)
    everything = [n for n, store in enumerate(stores, 1) if store in (1, None) and n > behind]
    found = positions(made, 1, behind)
    assert found in (None, everything)
    if behind >= len(stores) - size:
        assert found == everything
