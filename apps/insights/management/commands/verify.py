"""`manage.py verify`: do the books agree? One line per invariant; exit code 1 when any is broken."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from apps.common.snapshot import read_only_cursor
from apps.insights.services.checking import Result, check_invariants, keep


class Command(BaseCommand):
    help = "Checks every invariant by plain SQL on a read-only connection."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--keep", action="store_true", help="show the result on the home page")

    def handle(self, *args: Any, **options: Any) -> None:
        began, results = time.monotonic(), []
        with read_only_cursor() as cursor:
            for result in check_invariants(cursor):
                self._say(result)
                results.append(result)
        if options["keep"]:
            keep(results, seconds=time.monotonic() - began, now=timezone.now())
        if broken := sum(result.violations > 0 for result in results):
            self.stderr.write(f"{broken} invariants are broken.")
            sys.exit(1)

    def _say(self, result: Result) -> None:
        mark = "ok  " if result.violations == 0 else "FAIL"
        self.stdout.write(f"{mark} {result.number:>5}  {result.violations:>6}  {result.promise}")
