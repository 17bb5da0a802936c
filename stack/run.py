"""`make run`: everything up, a short play by a simulated register, the figures, and the address."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence

from stack.application import Application
from stack.console import StackError, say, say_plain, step
from stack.folder import Folder
from stack.lifecycle import databases_up, served
from stack.processes import Child, check_all
from stack.signals import Stopped
from stack.state import Busy
from stack.summary import check_invariants, settle, show_summary

Logins = dict[str, dict[str, str]]


def run() -> int:
    """Tell the whole story; stay up until Ctrl-C, or end with the verdict when ONCE=1."""
    once = os.environ.get("ONCE") == "1"
    folder = Folder.default()
    say_plain(f"Data and logs: {folder.path}", "dim")
    try:
        with databases_up(folder, "make run") as databases:
            logins = seed(databases.application)
            with served(databases, "make run") as stack:
                sound = play(stack.application, logins)
                check_all(stack.children)
                if once:
                    return 0 if sound else 1
                say_where(stack.application, logins)
                stay_up(stack.children)
    except Busy as busy:
        return already_up(busy, once=once)
    say("Stopped. The data is kept; the next start takes seconds.")
    return 0


def seed(application: Application) -> Logins:
    """Fill an empty database with the demo, and return the logins it names."""
    with step("Demo shops, registers, policy and goods"):
        output = application.manage("demo", *where_registers_are(application.folder))
    try:
        logins: Logins = json.loads(output.strip().splitlines()[-1])
    except (ValueError, IndexError) as error:
        raise StackError(f"`manage.py demo` did not name its logins: {output[-500:]}") from error
    return logins


def play(application: Application, logins: Logins) -> bool:
    """Let a simulated register sell and take back; print the figures. True when all is sound."""
    report = application.folder.run / "simulator.json"
    arguments = ["--base-url", application.url, *where_registers_are(application.folder)]
    if manager := logins.get("approver"):
        arguments += ["--approver", f"{manager['username']}:{manager['password']}"]
    arguments += ["--sales", "60", "--returns", "40", "--report", str(report)]
    say("A register sells and takes back, over the API:")
    played = application.show("client.simulate", *arguments) == 0
    if not played:
        say_plain(f"✗ The register met an error; see web.log in {application.folder.logs}.", "red")
    settled = settle(application)
    show_summary(application)
    return check_invariants(application) and played and settled


def where_registers_are(folder: Folder) -> list[str]:
    """The arguments for those who list the registers, and those who play them."""
    return ["--registers", str(folder.registers), "--keys", str(folder.keys)]


def say_where(application: Application, logins: Logins) -> None:
    """Where to look now, and as whom."""
    say(f"\n[bold]Admin[/]     {application.url}/admin/")
    for role, login in logins.items():
        say_plain(f"  {role:<14} {login['username']}  {login['password']}")
    say("[bold]Ctrl-C[/] stops everything.")


def stay_up(children: Sequence[Child]) -> None:
    """Return when someone stops us; raise when one of the servers ends by itself."""
    try:
        while True:
            check_all(children)
            time.sleep(0.5)
    except Stopped:
        say("\nStopping …")


def already_up(busy: Busy, *, once: bool) -> int:
    """A second start is no mistake, except for those who wait for a verdict."""
    if busy.running is None or not busy.running.url:
        raise busy
    say(f"It is already up: [bold]{busy.running.url}[/] (process {busy.running.pid}).")
    say("Ctrl-C in its terminal stops it. `make verify` and `make replay` use it as it is.")
    return 1 if once else 0
