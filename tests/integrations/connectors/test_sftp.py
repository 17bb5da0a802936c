"""Files on an SFTP server: put once, by a server we know, whatever becomes of the line."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import paramiko
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from apps.integrations.gateways.base import Message, Result, Target
from apps.integrations.gateways.file_drop import FileDrop
from tests.integrations.connectors.events import NOW, message, target
from tests.integrations.connectors.sftp_server import PASSWORD, SftpServer


@pytest.fixture
def server(drops: Path, tmp_path: Path) -> Iterator[SftpServer]:
    root = tmp_path / "server"
    (root / "in").mkdir(parents=True)
    with SftpServer(root) as running:
        yield running


def to(
    server: SftpServer, *, timeout: float = 10.0, credentials: Any = None, **sftp: Any
) -> Target:
    there = {"host": "127.0.0.1", "port": server.port, "user": "till", "folder": "in",
             "host_key": server.known_host, **sftp}  # fmt: skip
    config = {"place": "sftp", "folder": "erp", "columns": ["number"], "sftp": there}
    given = {"password": PASSWORD} if credentials is None else credentials
    return target(config, url="", timeout=timeout, credentials=given)


def one(number: str = "R-1") -> Message:
    return message(body={"number": number})


def deliver(where: Target, *batch: Message) -> Result:
    return FileDrop().deliver(batch or [one()], where, now=NOW)


def files(server: SftpServer) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (server.root / "in").iterdir()}


def outcome(result: Result) -> tuple[str, str]:
    return result.outcomes[0].kind, result.outcomes[0].cause


def test_a_file_is_put_under_another_name_and_renamed(server: SftpServer) -> None:
    result = deliver(to(server), one("R-1"), one("R-2"))

    assert [each.kind for each in result.outcomes] == ["ok", "ok"]
    assert list(files(server).values()) == [b"number\r\nR-1\r\nR-2\r\n"]
    assert result.call.answer == f"{next(iter(files(server)))}: put"
    assert server.steps == ["stat", "open", "stat", "rename"]


@pytest.mark.parametrize("passphrase", [None, "mellon"])
def test_a_key_lets_us_in(server: SftpServer, passphrase: str | None) -> None:
    key, text = paramiko.ECDSAKey.generate(), io.StringIO()
    key.write_private_key(text, passphrase)
    server.known_keys = [key]
    given = {"private_key": text.getvalue(), **({"passphrase": passphrase} if passphrase else {})}

    assert outcome(deliver(to(server, credentials=given))) == ("ok", "")


@pytest.mark.parametrize(
    ("credentials", "cause"),
    [
        ({"password": "wrong"}, "login refused"),
        ({"private_key": "no key"}, "credentials"),
        ({}, "credentials"),
    ],
)
def test_without_the_right_credentials_nothing_is_put(
    server: SftpServer, credentials: dict[str, str], cause: str
) -> None:
    result = deliver(to(server, credentials=credentials))

    assert outcome(result) == ("retry", cause)
    assert files(server) == {}
    assert "wrong" not in str(result)


def rsa() -> paramiko.PKey:
    return paramiko.RSAKey.generate(2048)


def ed25519() -> paramiko.PKey:
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()
    )
    return paramiko.Ed25519Key.from_private_key(io.StringIO(pem.decode()))


@pytest.mark.parametrize("make", [rsa, ed25519])
def test_servers_and_keys_of_other_kinds(
    server: SftpServer, make: Callable[[], paramiko.PKey]
) -> None:
    server.host_key = make()

    assert outcome(deliver(to(server))) == ("ok", "")


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_private_keys_of_other_kinds(server: SftpServer, kind: str) -> None:
    made = generate_private_key(65537, 2048) if kind == "rsa" else Ed25519PrivateKey.generate()
    text = made.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
    reader = paramiko.RSAKey if kind == "rsa" else paramiko.Ed25519Key
    server.known_keys = [reader.from_private_key(io.StringIO(text))]

    assert outcome(deliver(to(server, credentials={"private_key": text}))) == ("ok", "")


def test_another_server_in_its_place_gets_neither_password_nor_file(server: SftpServer) -> None:
    where = to(server)
    server.host_key = paramiko.ECDSAKey.generate()

    assert outcome(deliver(where)) == ("retry", "no-trust")
    assert (files(server), server.steps) == ({}, [])


def test_a_server_with_another_kind_of_key_is_not_talked_to(server: SftpServer) -> None:
    where = to(server)
    server.host_key = paramiko.RSAKey.generate(2048)

    assert outcome(deliver(where)) == ("retry", "no common algorithm")
    assert files(server) == {}


@pytest.mark.parametrize("step", ["stat", "open", "rename"])
def test_the_line_is_lost_and_there_is_still_one_file(server: SftpServer, step: str) -> None:
    where, batch = to(server), [one("R-1"), one("R-2")]
    server.lose_line_after = step

    first = deliver(where, *batch)
    second = deliver(where, batch[1], one("R-3"))
    third = deliver(where, batch[0])

    assert outcome(first) == ("retry", "broken-off")
    assert [outcome(second), outcome(third)] == [("ok", "")] * 2
    whole = [content for name, content in files(server).items() if not name.startswith(".")]
    assert sorted(whole) == [b"number\r\nR-1\r\nR-2\r\n", b"number\r\nR-3\r\n"]
    assert [name for name in files(server) if name.startswith(".")] == []


def test_a_file_that_arrived_is_recognised(server: SftpServer) -> None:
    where, event = to(server), one()
    server.lose_line_after = "rename"
    deliver(where, event)

    assert deliver(where, event).call.answer.endswith(": there already")


def test_another_file_of_that_name_is_not_replaced(server: SftpServer) -> None:
    where, event = to(server), one()
    name = FileDrop().preview([event], where, now=NOW).head["file"]
    (server.root / "in" / name).write_bytes(b"somebody else's file")

    assert outcome(deliver(where, event)) == ("permanent", "another file of this name")
    assert files(server)[name] == b"somebody else's file"


def test_a_folder_that_is_not_there(server: SftpServer) -> None:
    result = deliver(to(server, folder="nowhere"))

    assert outcome(result) == ("retry", "refused by the server")
    assert "o such file" in result.outcomes[0].detail.lower()


def test_a_server_that_says_nothing_ends_in_time(server: SftpServer) -> None:
    server.silent = True

    assert outcome(deliver(to(server, timeout=0.5))) == ("retry", "timed-out")


def test_nobody_listens(server: SftpServer) -> None:
    where = to(server, port=1)

    assert outcome(deliver(where)) == ("retry", "not-reached")


def test_no_address_inside_is_called(server: SftpServer) -> None:
    where = to(server)
    outside = Target(
        where.name, "", 5.0, loopback=False, permanent_statuses=frozenset(),
        config=where.config, credentials=where.credentials,
    )  # fmt: skip

    assert outcome(deliver(outside)) == ("retry", "not-public")
    assert server.logins == 0


def test_a_test_logs_in_and_looks(server: SftpServer) -> None:
    result = FileDrop().test(to(server), now=NOW)

    assert (outcome(result), result.call.answer) == (
        ("ok", ""),
        "Logged in; the folder has 0 names.",
    )
    assert files(server) == {}


def test_a_server_inside_is_reached_where_operators_allow_it(
    server: SftpServer, settings: Any
) -> None:
    production = replace(to(server), loopback=False)
    assert outcome(deliver(production)) == ("retry", "not-public")
    assert server.steps == []

    settings.ALLOWED_NETWORKS = [f"127.0.0.1:{server.port}"]
    assert outcome(deliver(production)) == ("ok", "")
