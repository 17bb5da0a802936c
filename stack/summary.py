"""The figures at the end of a run, as a table."""

from __future__ import annotations

import json
from typing import Any

from rich.table import Table

from stack.application import Application
from stack.console import StackError, console, say_plain, step


def settle(application: Application, seconds: int = 30) -> bool:
    """Wait until no refund and no event is waiting. False, and a line saying so, when some are."""
    with step("Refunds sent, events delivered") as current:
        code, output = application.try_manage("settle", "--timeout", str(seconds))
        if code:
            current.fail("some are still waiting")
    if code:
        say_plain(output)
        say_plain(
            f"They are tried again by themselves; see worker.log in {application.folder.logs}."
        )
    return code == 0


def show_summary(application: Application) -> None:
    """Print the figures the application keeps."""
    output = application.manage("summary", "--json")
    try:
        table = _table(json.loads(output))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise StackError(f"`manage.py summary` printed something else: {output[:500]}") from error
    console.print(table)


def check_invariants(application: Application) -> bool:
    """Print whether the books agree; every line of the check when they do not."""
    with step("Books checked") as current:
        code, output = application.try_manage("verify", "--keep")
        lines = output.strip().splitlines()
        if code:
            current.fail("they do not agree")
        else:
            current.note(f"{len(lines)} invariants hold")
    if code:
        say_plain(output)
        say_plain(f"Keep {application.folder.path} as it is and look at its logs for the cause.")
    return code == 0


def _table(figures: dict[str, Any]) -> Table:
    table = Table("What is in the books", "", "Number", "Amount", title_justify="left")
    for column in table.columns[2:]:
        column.justify = "right"
    table.add_row("Sales", "", f"{figures['sales']:,}", "")
    sections: dict[str, dict[str, tuple[str, str]]] = {
        "Returns": {name: (f"{number:,}", "") for name, number in figures["returns"].items()},
        "Refunds": {
            tender: (f"{sums['count']:,}", str(sums["amount"]))
            for tender, sums in figures["refunds"].items()
        },
        "Events": {name: (f"{number:,}", "") for name, number in figures["events"].items()},
    }
    for title, rows in sections.items():
        table.add_section()
        for index, (name, (number, amount)) in enumerate(rows.items()):
            table.add_row(title if index == 0 else "", name, number, amount)
    return table
