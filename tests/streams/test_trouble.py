"""The database goes and comes back, readers are slow, the process is stopped: nothing is missed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.db import connection
from django.utils import timezone

from apps.events.commands import News, Place
from apps.events.feed import read_cursor
from apps.events.services import place_events, tell
from apps.streams.source import APPLICATION_NAME
from apps.terminals.models import TerminalSeen
from stack.processes import wait_until
from tests.flows.processes import database_url
from tests.streams.asking import Waiting, ask
from tests.streams.listener import Listener
from tests.streams.process import StreamProcess
from tests.streams.world import Listen, cursor_of, cut_off, follow_pages, let_in
from tests.threads import insist
from tests.world import Register


def sell_and_place(register: Register) -> None:
    register.sell()
    place_events()


@contextmanager
def no_new_connections() -> Iterator[None]:
    """All connections but ours are cut, and none can be opened, as when the server restarts."""
    name = connection.settings_dict["NAME"]
    elsewhere = urlsplit(database_url())._replace(path="/postgres").geturl()
    with psycopg.connect(elsewhere, autocommit=True) as other:
        other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        cut_off()
        yield
        other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())


def test_a_cut_connection_of_the_one_reader_loses_nothing(
    register: Register, listen: Listen
) -> None:
    cursor = cursor_of(register)
    stream = listen(register, after=cursor)
    for _ in range(3):
        sell_and_place(register)
        assert wait_until(lambda: cut_off(APPLICATION_NAME) > 0, timeout=30)
        sell_and_place(register)
    assert stream.items(12) == follow_pages(register, cursor)


def test_a_database_that_is_away_for_a_while_is_waited_for(
    streams: StreamProcess, register: Register, listen: Listen, wait: Waiting
) -> None:
    cursor = cursor_of(register)
    stream = listen(register, after=cursor)
    with let_in(register):
        poll = wait(register, "changes", after=cursor, wait="25")
    with no_new_connections():
        sell_and_place(register)
        answer = ask(streams, register, "changes")
        assert (answer.status_code, answer["Retry-After"]) == (503, "2")
        sell_and_place(register)
    assert poll.result().json()["items"]
    assert stream.items(4) == follow_pages(register, cursor)
    again = insist(lambda: ask(streams, register, "changes", after=cursor))
    assert len(again.json()["items"]) == 4


def test_connections_cut_while_nobody_asked_refuse_nobody_afterwards(
    streams: StreamProcess, register: Register
) -> None:
    def ask_often(_: int) -> int:
        return ask(streams, register, "changes").status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask_often, range(24))) == {200}
        assert wait_until(lambda: cut_off() == 0, timeout=30)
        assert set(pool.map(ask_often, range(24))) == {200}


def test_who_is_far_behind_is_served_from_the_table_first(
    register: Register, listen: Listen
) -> None:
    cursor = cursor_of(register)
    with connection.cursor() as sql:
        sql.execute(
            "INSERT INTO events_event (id, ordinal, type, subject_type, subject_id, sequence, store_id,"
            " store_number, terminal_number, occurred_at, recorded_at, data)"
            " SELECT gen_random_uuid(), nextval('events_event_ordinal'), 'test', 'test', n, 1, %s,"
            " '0042', '', now(), now(), '{}' FROM generate_series(1, 6000) AS n",
            [register.store.pk],
        )
    place_events()
    stream = listen(register, after=cursor)
    subjects = [item["subject"]["id"] for item in stream.items(6000)]
    assert subjects == [str(n) for n in range(1, 6001)]
    sell_and_place(register)
    assert stream.heard().type == "sale.recorded"


def test_who_does_not_read_is_cut_off_and_the_others_go_on(
    streams: StreamProcess, register: Register, listen: Listen
) -> None:
    cursor = cursor_of(register)
    sleeper = listen(register, after=cursor, asleep=True)
    stream = listen(register, after=cursor)
    place = Place(register.store.pk, "0042", "03", timezone.now())
    for number in range(80):
        news = News("test", "test", str(number), {"text": "x" * 100_000})
        tell([news], place=place, now=timezone.now())
    place_events()
    assert [item["subject"]["id"] for item in stream.items(80)] == [str(n) for n in range(80)]
    assert wait_until(lambda: "a stream was not read" in streams.log(), timeout=60)
    sleeper.wake()
    heard = sleeper.until_end()
    assert 0 < len(heard) < 80
    rest = listen(register, after=heard[-1].id).items(80 - len(heard))
    assert [one.data for one in heard] + rest == follow_pages(register, cursor)


def test_a_process_that_is_stopped_says_so_to_all_who_wait(
    register: Register, transactional_db: None, tmp_path: Path
) -> None:
    cursor = cursor_of(register)
    process = StreamProcess(tmp_path)
    process.start()
    try:
        stream = Listener(process.url, register, after=cursor)
        with ThreadPoolExecutor(1) as pool, let_in(register):
            poll = Waiting(process, pool)(register, "changes", after=cursor, wait="25")
            assert wait_until(lambda: TerminalSeen.objects.exists(), timeout=30)
            process.ask_to_stop()
            assert poll.result().json()["items"] == []
        end = stream.heard()
        assert (end.type, end.data) == ("end", {"reason": "restart"})
        assert read_cursor(end.id) == read_cursor(cursor)
        assert wait_until(lambda: process.ended() is not None, timeout=30)
        assert "Killing" not in process.log()
        stream.close()
    finally:
        process.stop()
