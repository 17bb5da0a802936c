"""`python -m client enrol | whoami | rotate | follow | token`: a register by hand."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from rich.console import Console
from rich.table import Table

from client.api import ReturnsClient
from client.enrolment import enrol
from client.errors import ClientError
from client.follow import CursorFile
from client.keys import Kind

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when it was done, 1 with the reason when not."""
    options = _read_options(arguments)
    logging.basicConfig(format="%(message)s")
    console = Console(highlight=False)
    try:
        _COMMANDS[options.command](options, console)
    except ClientError as exc:
        Console(stderr=True).print(f"Failed: {exc}", style="red", markup=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _enrol(options: argparse.Namespace, console: Console) -> None:
    enrol(options.base_url, options.code, options.keyring, kind=options.kind)
    # Its first token is what makes the new key count.
    _whoami(options, console)
    said = f"Enrolled. Keep {options.keyring} where only this register can read it."
    console.print(said, markup=False, soft_wrap=True)


def _whoami(options: argparse.Namespace, console: Console) -> None:
    known = _open(options).whoami()
    table = Table("register", f"{known['store']}/{known['number']}")
    for name, value in known.items():
        if name not in ("store", "number"):
            table.add_row(name.replace("_", " "), _readable(value))
    console.print(table)


def _rotate(options: argparse.Namespace, console: Console) -> None:
    kid = _open(options).rotate()
    console.print(f"In use now: key {kid}" if kid else "In use now: a new secret")


def _follow(options: argparse.Namespace, console: Console) -> None:
    client = _open(options)
    cursor = CursorFile(options.cursor or options.keyring.with_suffix(".cursor"))
    if not options.once:
        console.print("Following the change feed. Ctrl-C stops.")
        for item in client.follow(cursor):
            _print_change(item, console)
        return
    for page in client.changes(cursor.read()):
        for item in page["items"]:
            _print_change(item, console)
        if page["next"]:
            cursor.write(str(page["next"]))


def _token(options: argparse.Namespace, console: Console) -> None:
    sys.stdout.write(_open(options).access_token() + "\n")


def _open(options: argparse.Namespace) -> ReturnsClient:
    return ReturnsClient.from_keyring(options.keyring, base_url=options.base_url or "")


def _print_change(item: dict[str, object], console: Console) -> None:
    data = json.dumps(item.get("data"), ensure_ascii=False)
    what = f"{item.get('recorded_at', '')}  {item.get('type', '')}  {data}"
    console.print(what, markup=False, soft_wrap=True)


def _readable(value: object) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{name} {_readable(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_readable, value))
    return "none" if value is None else str(value)


_COMMANDS = {
    "enrol": _enrol,
    "whoami": _whoami,
    "rotate": _rotate,
    "follow": _follow,
    "token": _token,
}


def _read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m client", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    enrolling = commands.add_parser("enrol", help="become a register, with an administrator's code")
    enrolling.add_argument("--code", required=True, help="as shown in the admin")
    enrolling.add_argument("--kind", choices=get_args(Kind), default="Ed25519")
    whoami = commands.add_parser("whoami", help="ask the server who this register is")
    rotating = commands.add_parser("rotate", help="change to a new key now")
    following = commands.add_parser("follow", help="print the change feed as it grows")
    following.add_argument("--cursor", type=Path, help="where to remember how far it was read")
    following.add_argument("--once", action="store_true", help="up to now, then end")
    token = commands.add_parser("token", help="print an access token, for curl and the like")
    for command in (enrolling, whoami, rotating, following, token):
        command.add_argument("--keyring", type=Path, required=True, help="the register's own file")
        command.add_argument(
            "--base-url",
            required=command is enrolling,
            help="such as https://returns.example; after enrolling only when the server has moved",
        )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
