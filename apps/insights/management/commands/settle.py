"""`manage.py settle`: wait until the workers have nothing left to do."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.insights.services.figures import waiting


class Command(BaseCommand):
    help = "Waits until no refund is on its way and every event is in the feed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--timeout", type=float, default=30, help="seconds")

    def handle(self, *args: Any, **options: Any) -> None:
        deadline = time.monotonic() + options["timeout"]
        while any((left := waiting()).values()):
            if time.monotonic() > deadline:
                for name, count in left.items():
                    self.stdout.write(f"{count} {name} are still waiting")
                sys.exit(1)
            time.sleep(0.2)
