"""`manage.py rotate_secrets`: every stored secret under the newest of FIELD_KEYS."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from apps.common.caller import Actor
from apps.common.keyring import keyring
from apps.insights.services.reencryption import figures, record_pass
from apps.insights.services.resealing import Tally, reencrypt_all

ACTOR = Actor(kind="command", id="rotate_secrets", label="rotate_secrets")
COLUMNS = ("total", "reencrypted", "already", "unreadable", "changed")


class Command(BaseCommand):
    help = (
        "Re-encrypts every stored secret under the newest key. May be broken off and run again. "
        "Exit code 1 when something is not under the newest key afterwards."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="write nothing, only count; exit code 1 when there is something to do",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        only_count: bool = options["check"]
        tallies: list[Tally] = []
        for tallies in reencrypt_all(only_count=only_count):
            self._show_progress(tallies)
        self._show(tallies, only_count)
        if not only_count:
            record_pass(tallies, actor=ACTOR, now=timezone.now())
        to_do = sum(tally.left + tally.reencrypted * only_count for tally in tallies)
        if to_do:
            sys.exit(1)

    def _show_progress(self, tallies: list[Tally]) -> None:
        """On one line, where somebody looks on."""
        if sys.stderr.isatty():
            sums = figures(tallies)
            self.stderr.write(f"\r{sums['seen']} of {sums['total']}", ending="")

    def _show(self, tallies: list[Tally], only_count: bool) -> None:
        if sys.stderr.isatty():
            self.stderr.write("")
        self.stdout.write(f"The newest key is {keyring().newest}.")
        heads = ["total", "to re-encrypt" if only_count else "re-encrypted", "already new"]
        heads += ["unreadable", "changed meanwhile"]
        width = max((len(tally.field) for tally in tallies), default=0)
        self.stdout.write("  ".join([" " * width, *heads]))
        for tally in tallies:
            cells = [
                str(getattr(tally, name)).rjust(len(head))
                for name, head in zip(COLUMNS, heads, strict=True)
            ]
            self.stdout.write("  ".join([tally.field.ljust(width), *cells]))
