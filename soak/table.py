"""The figures of a run as a table for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from soak.figures import Figure, Must
from stack.console import console


def show(title: str, figures: Sequence[Figure]) -> None:
    """Print the table, as wide as it needs where nobody's terminal says otherwise."""
    wide = Console(width=None if console.is_terminal else 100, highlight=False)
    wide.print(table(title, figures))


def table(title: str, figures: Sequence[Figure]) -> Table:
    """One row a figure, with a tick or a cross where it has to be something."""
    shown = Table(title, "", "", title_justify="left")
    shown.columns[1].justify = "right"
    group = ""
    for figure in figures:
        if group and figure.group != group:
            shown.add_section()
        group = figure.group
        shown.add_row(figure.name, f"{figure.value:,}", _mark(figure))
    return shown


def _mark(figure: Figure) -> str:
    if figure.must is Must.ANY:
        return ""
    wanted = "0" if figure.must is Must.ZERO else "> 0"
    return f"[green]✓[/] {wanted}" if figure.holds else f"[red]✗[/] {wanted}"
