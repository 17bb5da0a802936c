"""`python -m stack run | verify | replay | manage`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from stack.console import StackError, say, say_plain
from stack.manage import manage
from stack.replay import replay
from stack.run import run
from stack.signals import Stopped, stop_on_signals
from stack.verify import verify


def main(arguments: Sequence[str]) -> int:
    """Do what was asked for; every foreseeable failure is a message, not a traceback."""
    options = _parser().parse_args(arguments)
    stop_on_signals()
    try:
        return _dispatch(options)
    except StackError as error:
        say_plain(f"✗ {error}", "red")
        return 1
    except PermissionError as error:
        say_plain(
            f"✗ {error.filename} belongs to another user. Run as the user who made the data, "
            "or set DATA_DIR to a folder of your own.",
            "red",
        )
        return 1
    except Stopped as stopped:
        say(f"Stopped by {stopped}.")
        return stopped.exit_code


def _dispatch(options: argparse.Namespace) -> int:
    match options.command:
        case "run":
            return run()
        case "verify":
            return verify()
        case "replay":
            return replay(options.data.absolute(), options.workers)
        case _:
            return manage(options.arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m stack",
        description="Start everything on this machine, and nothing outside the data folder.",
        epilog="Environment: DATABASE_URL and REDIS_URL use servers of yours, PORT prefers another "
        "port than 8000, DATA_DIR keeps data elsewhere than in .data.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "run",
        help="bring everything up, play a short day, print the figures, stay up",
        description="ONCE=1 ends after the figures; the exit code says whether the books agree.",
    )
    commands.add_parser("verify", help="check the books of the stack that is up or the kept data")
    player = commands.add_parser("replay", help="play recorded sales and returns through the API")
    player.add_argument("--data", type=Path, required=True, help="the file to play")
    player.add_argument("--workers", type=int, default=4, help="registers at a time (default 4)")
    command = commands.add_parser("manage", help="run a management command with the right settings")
    command.add_argument("arguments", nargs=argparse.REMAINDER, help="such as `shell`")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
