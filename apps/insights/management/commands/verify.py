"""`manage.py verify`: do the books agree? One line per invariant; exit code 1 when any is broken."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from apps.insights.services.checking import check_invariants, read_only_cursor


class Command(BaseCommand):
    help = "Checks every invariant by plain SQL on a read-only connection."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        with read_only_cursor() as cursor:
            for result in check_invariants(cursor):
                broken += result.violations > 0
                mark = "ok  " if result.violations == 0 else "FAIL"
                self.stdout.write(
                    f"{mark} {result.number:>5}  {result.violations:>6}  {result.promise}"
                )
        if broken:
            self.stderr.write(f"{broken} invariants are broken.")
            sys.exit(1)
