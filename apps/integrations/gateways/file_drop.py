"""A file for each run: into a folder here, or to an SFTP server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from apps.integrations.commands import CallMade
from apps.integrations.gateways.base import Message, Result, Target
from apps.integrations.gateways.calling import NOTHING, Clock, all_alike, answered, not_called
from apps.integrations.gateways.folders import alone_in, open_folder, try_folder, why, write_whole
from apps.integrations.gateways.sftp import NotPut, list_folder, put_file
from apps.integrations.gateways.spool import Spool, Spooled
from apps.integrations.policy.answers import OK, PERMANENT, RETRY, Outcome
from apps.integrations.policy.folders import NotBelow
from apps.integrations.policy.table import (
    SFTP,
    DropSettings,
    NoRow,
    name_of,
    read_drop,
    render,
    rows_of,
    spool_of,
)


class FileDrop:
    """A file has its events' ids in its name, and no event is in two files (`spool`)."""

    def carries_many(self, config: Mapping[str, Any]) -> bool:
        return True

    def deliver(self, batch: Sequence[Message], target: Target, *, now: datetime) -> Result:
        drop, wrong = read_drop(target.config)
        if wrong:
            return not_called(batch, now, "settings", " ".join(wrong))
        clock, prepared = Clock(target.timeout), self.preview(batch, target, now=now)
        good = {str(message.event_id): message for message in batch if not _fault(message)}
        try:
            spool = Spool(spool_of(drop))
            planned = spool.plan(list(good), lambda ids: _file(good, ids, drop), now=now)
            said = [_send(file, drop, target, spool, clock, now) for file in _files(planned)]
        except (OSError, NotBelow) as error:
            return _failed(batch, prepared, Outcome(RETRY, "not written", why(error)))
        except NotPut as error:
            kind = PERMANENT if error.final else RETRY
            return _failed(batch, prepared, Outcome(kind, error.cause, str(error)))
        return Result(answered(prepared, "\n".join(said)), [_outcome(one) for one in batch])

    def preview(self, batch: Sequence[Message], target: Target, *, now: datetime) -> CallMade:
        """The file as it would be; events that are in a file already stay in that one."""
        drop, _wrong = read_drop(target.config)
        good = {str(message.event_id): message for message in batch if not _fault(message)}
        if not good:
            return CallMade(now, 0, None, "", {}, "", "")
        name, content = _file(good, list(good), drop)
        return CallMade(now, 0, None, "", {"file": name}, content.decode(), "")

    def test(self, target: Target, *, now: datetime) -> Result:
        """Whether the folder can be written to, or the server lets us in and shows its folder."""
        drop, wrong = read_drop(target.config)
        prepared = CallMade(now, 0, None, "", {}, "", "")
        if wrong:
            return not_called([NOTHING], now, "settings", " ".join(wrong))
        try:
            said = _try(drop, target)
        except (OSError, NotBelow) as error:
            return _failed([NOTHING], prepared, Outcome(RETRY, "not written", why(error)))
        except NotPut as error:
            return _failed([NOTHING], prepared, Outcome(RETRY, error.cause, str(error)))
        return Result(answered(prepared, said), [Outcome(OK)])

    def check(self, config: Mapping[str, Any]) -> list[str]:
        return read_drop(config)[1]


def _try(drop: DropSettings, target: Target) -> str:
    if drop.place != SFTP:
        return f"{try_folder(drop.folder)} can be written to."
    found = list_folder(
        drop.sftp, target.credentials, loopback=target.loopback, clock=Clock(target.timeout)
    )
    return f"Logged in; the folder has {found} names."


def _send(
    file: Spooled, drop: DropSettings, target: Target, spool: Spool, clock: Clock, now: datetime
) -> str:
    if file.sent:
        return f"{file.name}: sent before"
    if drop.place == SFTP:
        said = put_file(
            file.name, file.content, drop.sftp, target.credentials,
            loopback=target.loopback, clock=clock,
        )  # fmt: skip
    else:
        said = _put_here(file, drop)
    spool.mark_sent(file.name, now=now)
    return f"{file.name}: {said}"


def _put_here(file: Spooled, drop: DropSettings) -> str:
    folder = open_folder(drop.folder)
    path = folder / file.name
    with alone_in(folder):
        if path.exists():
            if path.read_bytes() == file.content:
                return "there already"
            raise NotPut("another file of this name", file.name, final=True)
        write_whole(path, file.content)
    return "put"


def _file(
    messages: Mapping[str, Message], ids: Sequence[str], drop: DropSettings
) -> tuple[str, bytes]:
    """Name and content of the file of these events."""
    first = messages[ids[0]].occurred_at.astimezone(UTC)
    return name_of(ids, first, drop), render([messages[one].body for one in ids], drop)


def _files(planned: Mapping[str, Spooled]) -> list[Spooled]:
    return list({file.name: file for file in planned.values()}.values())


def _fault(message: Message) -> str:
    try:
        rows_of(message.body)
    except NoRow as error:
        return str(error)
    return ""


def _outcome(message: Message) -> Outcome:
    fault = _fault(message)
    return Outcome(PERMANENT, "no row", fault) if fault else Outcome(OK)


def _failed(batch: Sequence[Message], prepared: CallMade, outcome: Outcome) -> Result:
    return all_alike(batch, answered(prepared, "", problem=outcome.cause), outcome)
