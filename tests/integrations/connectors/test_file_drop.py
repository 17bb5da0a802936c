"""A file for each run, and no event in two of them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from apps.integrations.gateways import file_drop
from apps.integrations.gateways.base import Message, Result
from apps.integrations.gateways.file_drop import FileDrop
from apps.integrations.gateways.spool import Spool
from tests.integrations.connectors.events import NOW, message, target
from tests.threads import together

CSV = {"folder": "erp/in", "columns": ["number", "amount", "note"]}


def one(number: str = "R-1", **row: Any) -> Message:
    return message(body={"number": number, "amount": 2635, **row})


def deliver(*batch: Message, now: Any = NOW, **config: Any) -> Result:
    return FileDrop().deliver(batch, target({**CSV, **config}, url=""), now=now)


def files(drops: Path) -> list[Path]:
    return sorted(path for path in (drops / "erp" / "in").iterdir() if path.name != ".lock")


def test_csv_with_a_head_and_a_line_for_each_event(drops: Path) -> None:
    first, second = one("R-1", note='says "no", twice'), one("R-2", amount=-5, more="left out")

    result = deliver(first, second)

    [file] = files(drops)
    assert file.read_bytes() == (
        b'number,amount,note\r\nR-1,2635,"says ""no"", twice"\r\nR-2,-5,\r\n'
    )
    assert file.name.startswith(f"returns-20261121T101500Z-{first.event_id}-")
    assert file.name.endswith(".csv")
    assert [outcome.kind for outcome in result.outcomes] == ["ok", "ok"]
    assert result.call.answer == f"{file.name}: put"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1 (call)", "'+1 (call)"),
        ("-cmd", "'-cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("-1.50", "-1.50"),
        ("+7", "+7"),
        (-3, "-3"),
        (True, "true"),
        (None, ""),
        ({"a": [1]}, '{"a":[1]}'),
        ("a\x00b", "ab"),
        ("\n=1", "'"),
        ("ä€", "ä€"),
    ],
)
def test_no_cell_is_a_formula(drops: Path, value: Any, cell: str) -> None:
    deliver(one(note=value), delimiter="semicolon")

    [file] = files(drops)
    line = file.read_text().splitlines()[1]
    assert line.partition("R-1;2635;")[2].strip('"').replace('""', '"') == cell


def test_an_event_may_be_several_lines(drops: Path) -> None:
    deliver(message(body=[{"number": "R-1", "amount": n} for n in range(3)]), one("R-2"))

    assert files(drops)[0].read_text().splitlines()[1:] == [
        "R-1,0,",
        "R-1,1,",
        "R-1,2,",
        "R-2,2635,",
    ]


def test_json_lines(drops: Path) -> None:
    deliver(
        one("R-1", note="=1"), message(body=[{"a": 1}, {"ä": None}]), format="jsonl", columns=None
    )

    [file] = files(drops)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert lines == [{"number": "R-1", "amount": 2635, "note": "=1"}, {"a": 1}, {"ä": None}]
    assert file.suffix == ".jsonl"


def test_a_repeated_batch_is_no_second_file(drops: Path) -> None:
    batch = [one("R-1"), one("R-2")]
    deliver(*batch)

    again = deliver(*batch, now=NOW + timedelta(minutes=5))

    [file] = files(drops)
    assert again.call.answer == f"{file.name}: sent before"
    assert all(outcome.ok for outcome in again.outcomes)


def test_nor_is_one_that_was_taken_away_by_the_reader(drops: Path) -> None:
    event = one()
    deliver(event)
    files(drops)[0].unlink()

    assert deliver(event).outcomes[0].ok
    assert files(drops) == []


def test_events_come_back_in_other_company_and_each_is_in_one_file(
    drops: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, c = one("A"), one("B"), one("C")
    with monkeypatch.context() as broken:
        broken.setattr(file_drop, "write_whole", _died)
        with pytest.raises(KeyboardInterrupt):
            deliver(a, b)

    results = [deliver(b, c), deliver(a)]

    assert [file.read_text().splitlines()[1:] for file in files(drops)] in (
        [["A,2635,", "B,2635,"], ["C,2635,"]],
        [["C,2635,"], ["A,2635,", "B,2635,"]],
    )
    assert all(outcome.ok for result in results for outcome in result.outcomes)


def _died(path: Path, content: bytes) -> None:
    raise KeyboardInterrupt  # as a worker that is killed


def test_what_was_written_just_before_the_end_is_recognised(
    drops: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = one()
    with monkeypatch.context() as broken:
        broken.setattr(Spool, "mark_sent", lambda *args, **kwargs: _died(drops, b""))
        with pytest.raises(KeyboardInterrupt):
            deliver(event)

    again = deliver(event)

    assert again.call.answer == f"{files(drops)[0].name}: there already"


def test_another_file_of_that_name_is_not_written_over(drops: Path) -> None:
    event = one()
    preview = FileDrop().preview([event], target(CSV, url=""), now=NOW)
    (drops / "erp" / "in").mkdir(parents=True)
    (drops / "erp" / "in" / preview.head["file"]).write_text("somebody else's")

    [outcome] = deliver(event).outcomes

    assert (outcome.kind, outcome.cause) == ("permanent", "another file of this name")
    assert files(drops)[0].read_text() == "somebody else's"


def test_a_disk_that_is_full_leaves_nothing_half_written(
    drops: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = one()
    with monkeypatch.context() as full:
        full.setattr("os.fsync", _no_space)
        result = deliver(event)

    assert [(one.kind, one.cause, one.detail) for one in result.outcomes] == [
        ("retry", "not written", "No space left on device")
    ]
    assert files(drops) == []
    assert deliver(event).outcomes[0].ok


def _no_space(descriptor: int) -> None:
    raise OSError(28, "No space left on device", "/secret/path")


def test_what_is_no_row_does_not_hold_up_the_others(drops: Path) -> None:
    result = deliver(message(body="text"), one("R-2"), message(body=[1]))

    assert [outcome.kind for outcome in result.outcomes] == ["permanent", "ok", "permanent"]
    assert result.outcomes[0].detail == "a row has to be an object"
    assert files(drops)[0].read_text().splitlines()[1:] == ["R-2,2635,"]


def test_nothing_but_what_is_no_row_is_no_file(drops: Path) -> None:
    assert deliver(message(body="text")).outcomes[0].kind == "permanent"
    assert not (drops / "erp").exists()


def test_the_preview_is_what_is_written(drops: Path) -> None:
    batch, where = [one("R-1"), one("R-2")], target(CSV, url="")

    preview = FileDrop().preview(batch, where, now=NOW)
    sent = FileDrop().deliver(batch, where, now=NOW).call

    [file] = files(drops)
    assert (preview.head, preview.body) == (sent.head, sent.body)
    assert (preview.head["file"], preview.body.encode()) == (file.name, file.read_bytes())


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_batch_write_one_file(drops: Path) -> None:
    batch = [one("R-1"), one("R-2")]

    results = together([lambda: deliver(*batch) for _ in range(4)])

    assert len(files(drops)) == 1
    assert all(outcome.ok for result in results for outcome in result.outcomes)


def test_other_settings_are_another_file(drops: Path) -> None:
    event = one()

    deliver(event)
    deliver(event, prefix="copy")

    assert [file.name.split("-")[0] for file in files(drops)] == ["copy", "returns"]


def test_what_was_sent_is_not_kept(drops: Path, tmp_path: Path) -> None:
    deliver(one(note="a customer's name"))

    [spool] = (tmp_path / "spool").iterdir()
    assert b"a customer's name" not in spool.read_bytes()


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"columns": ["a"]}, "“folder” is missing."),
        ({"folder": "../x", "columns": ["a"]}, "“folder” cannot be “../x”"),
        ({"folder": "x"}, "“columns” is missing"),
        ({"folder": "x", "columns": ["a", "a"]}, "“columns” names one twice."),
        ({"folder": "x", "columns": "a"}, "“columns” has to be a list of texts."),
        ({**CSV, "delimiter": "|"}, "“delimiter” has to be one of"),
        ({**CSV, "prefix": "../x"}, "“prefix” cannot be “../x”"),
        ({**CSV, "sftp": {"port": 0}}, "sftp: “port” has to be a number from 1 to 65535."),
        ({**CSV, "sftp": {"folder": "../in"}}, "sftp: “folder” cannot be “../in”"),
    ],
)
def test_what_is_wrong_with_settings_is_said(config: dict[str, Any], said: str) -> None:
    assert any(said in sentence for sentence in FileDrop().check(config))


def test_sftp_asks_for_all_it_needs() -> None:
    said = FileDrop().check({**CSV, "place": "sftp", "sftp": {"host": "a b", "host_key": "AAAA"}})

    assert [sentence.split(":")[1].strip()[:22] for sentence in said] == [
        "“host” cannot be “a b”", "“user” is missing.", "“host_key” cannot be “",
    ]  # fmt: skip
