"""The feed is followed through restarts and outages; nothing is lost, little comes twice."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from client import CursorExpiredError, CursorFile, ProblemError, ReturnsClient
from client.follow import RecentIds
from client.transport import JsonObject
from tests.client.bell import Bell
from tests.client.stand_in import Fault, Shop, StandIn


@pytest.fixture
def cursor(tmp_path: Path) -> CursorFile:
    return CursorFile(tmp_path / "feed.cursor")


def ids(items: list[JsonObject]) -> list[int]:
    return [item["id"] for item in items]


def test_it_goes_on_where_it_stopped(client: ReturnsClient, shop: Shop, cursor: CursorFile) -> None:
    assert ids(list(client.follow(cursor, stop=Bell()))) == [0, 1, 2, 3, 4]
    shop.feed.append({"id": 5})
    assert ids(list(client.follow(cursor, stop=Bell()))) == [5]
    assert cursor.read() == "6"


def test_the_cursor_is_stored_after_the_items_were_handed_over(
    client: ReturnsClient, cursor: CursorFile
) -> None:
    following = client.follow(cursor)
    assert ids(list(islice(following, 2))) == [0, 1]
    assert cursor.read() is None
    assert next(following)["id"] == 2
    assert cursor.read() == "2"


def test_what_was_handed_over_before_a_crash_comes_again(
    client: ReturnsClient, cursor: CursorFile
) -> None:
    ids(list(islice(client.follow(cursor), 4)))
    assert ids(list(client.follow(cursor, stop=Bell()))) == [2, 3, 4]


def test_an_item_that_comes_twice_is_handed_over_once(
    client: ReturnsClient, shop: Shop, cursor: CursorFile
) -> None:
    shop.feed[3:3] = [{"id": 1}, {"id": 2}]
    assert ids(list(client.follow(cursor, stop=Bell()))) == [0, 1, 2, 3, 4]


def test_recent_ids_are_bounded() -> None:
    recent = RecentIds(2)
    assert [recent.add(one) for one in (1, 2, 1, 3, 2, 1)] == [True, True, False, True, False, True]


def test_with_nothing_new_it_lets_the_server_wait_and_waits_itself(
    client: ReturnsClient, shop: Shop, cursor: CursorFile
) -> None:
    bell = Bell(pauses=3)
    assert len(list(client.follow(cursor, stop=bell, pause=7.0))) == 5
    assert shop.waits == [0, 0, 0, 25, 25, 25]
    assert bell.paused == [7, 7, 7]


def asked(shop: Shop, path: str) -> list[str]:
    """Where it was asked for, each time."""
    return [where for _, where, _ in shop.requests if where.endswith(path)]


def test_it_waits_where_the_server_lets_it_wait(
    client: ReturnsClient, server: StandIn, shop: Shop, cursor: CursorFile
) -> None:
    shop.stream_url = f"{server.base_url}/waiting/api/v1/"
    list(client.follow(cursor, stop=Bell(pauses=2)))
    at_once, waiting = "/api/v1/changes", "/waiting/api/v1/changes"
    assert asked(shop, "/changes") == [at_once] * 3 + [waiting] * 2
    assert asked(shop, "terminals/self") == ["/api/v1/terminals/self"]


@pytest.mark.parametrize("status", [None, 503])
def test_where_it_cannot_wait_it_is_answered_at_once(
    client: ReturnsClient, server: StandIn, shop: Shop, cursor: CursorFile, status: int | None
) -> None:
    shop.stream_url = f"{server.base_url}/waiting/api/v1/"
    cursor.write("3")
    shop.faults.append(Fault("/waiting/api/v1/changes", status))
    list(client.follow(cursor, stop=Bell(pauses=2)))
    at_once, waiting = "/api/v1/changes", "/waiting/api/v1/changes"
    assert asked(shop, "/changes") == [at_once, waiting, at_once, waiting]


def test_an_outage_is_waited_for(client: ReturnsClient, shop: Shop, cursor: CursorFile) -> None:
    shop.faults.extend([Fault("/changes", None)] * 4 + [Fault("/changes", 503)] * 4)
    bell = Bell(pauses=3)
    assert ids(list(client.follow(cursor, stop=bell))) == [0, 1, 2, 3, 4]
    assert bell.paused == [5, 5, 5]


def test_a_cursor_that_is_too_old_is_an_error_of_its_own(
    client: ReturnsClient, shop: Shop, cursor: CursorFile
) -> None:
    cursor.write("2")
    shop.faults.append(Fault("/changes", 410, "cursor-expired"))
    with pytest.raises(CursorExpiredError, match="410 cursor-expired"):
        next(client.follow(cursor))
    assert cursor.read() == "2"


def test_a_register_that_lost_its_place_starts_anew(
    client: ReturnsClient, shop: Shop, cursor: CursorFile
) -> None:
    pages = list(client.resync())
    assert [page["items"][0]["data"]["page"] for page in pages] == [0, 1, 2]
    cursor.write(pages[0]["after"])
    shop.feed.append({"id": 5})
    assert ids(list(client.follow(cursor, stop=Bell()))) == [5]


def test_what_waiting_cannot_mend_is_raised(
    client: ReturnsClient, shop: Shop, cursor: CursorFile
) -> None:
    shop.faults.append(Fault("/changes", 403, "scope-missing"))
    with pytest.raises(ProblemError, match="scope-missing"):
        next(client.follow(cursor))
