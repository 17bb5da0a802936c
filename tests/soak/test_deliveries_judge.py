"""What the battery of deliveries finds in what arrived, and that it would find it."""

from __future__ import annotations

from collections import Counter

from soak.deliveries.judge import Verdict, judge
from soak.deliveries.ledger import Ledger, Told
from soak.deliveries.moods import Mood
from soak.deliveries.plan import Wish
from soak.deliveries.receiver import Arrival

ORDERED = Wish("ordered", ordered=True)
EVENTS = (
    Told("a", "return.authorized", "return:1", 1, 1, 100.0),
    Told("b", "return.completed", "return:1", 2, 2, 101.0),
    Told("c", "sale.recorded", "sale:1", 1, 3, 102.0),
)
BY_ID = {event.id: event for event in EVENTS}


def came(*ids: str, mood: Mood = Mood.OK, signatures: int = 1) -> list[Arrival]:
    return [
        Arrival(110.0, one, BY_ID[one].subject, BY_ID[one].sequence, signatures, mood)
        for one in ids
    ]


def verdict(
    arrivals: list[Arrival], wish: Wish = ORDERED, stuck: dict[str, int] | None = None
) -> Verdict:
    counts = Counter({(wish.name, status): n for status, n in (stuck or {}).items()})
    return judge(wish, Ledger(EVENTS, counts, 0, 0), arrivals)


def test_all_is_well() -> None:
    found = verdict(came("a", "b", "c"), stuck={"delivered": 3})

    assert (found.missing, found.unsigned, found.out_of_order, found.stuck) == ([], [], [], [])
    assert (found.wanted, found.repeated, found.delays) == (3, 0, [8.0, 9.0, 10.0])


def test_one_that_was_only_refused_is_missing() -> None:
    found = verdict([*came("a", "b"), *came("c", mood=Mood.ERROR)])

    assert found.missing == ["sale.recorded sale:1 1 (c)"]


def test_one_that_was_taken_twice_is_counted_and_no_fault() -> None:
    found = verdict(came("a", "b", "b", "c"))

    assert (found.repeated, found.missing, found.out_of_order) == (1, [], [])


def test_a_later_one_before_an_earlier_one_was_taken() -> None:
    assert verdict(came("b", "a", "c")).out_of_order == ["return:1: 1 after 2"]
    refused_first = [*came("a", mood=Mood.ERROR), *came("b", "a", "c")]
    assert verdict(refused_first).out_of_order != []


def test_no_known_secret_signed_it() -> None:
    assert verdict(came("a", "b", "c", signatures=0)).unsigned == ["a", "b", "c"]


def test_a_destination_gets_what_it_wants_only() -> None:
    found = verdict(came("a", "b", "c"), Wish("returns", types=("return.*",)))

    assert (found.wanted, found.unwanted) == (2, ["c"])


def test_what_still_waits_is_stuck() -> None:
    assert verdict(came("a", "b", "c"), stuck={"pending": 2}).stuck == ["2 pending"]
