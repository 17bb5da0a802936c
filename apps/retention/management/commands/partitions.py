"""`manage.py partitions`: the months of the big tables; make what is missing, put away what is due."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.common.caller import Actor
from apps.common.errors import Refusal
from apps.retention.listing import read_months
from apps.retention.services import archiving, making

ACTOR = Actor(kind="command", id="partitions", label="manage.py partitions")


class Command(BaseCommand):
    help = "The months of the big tables: rows, size, state."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--make", action="store_true", help="make what is missing, first")
        parser.add_argument("--archive", action="store_true", help="put away what is due, first")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["make"]:
            for name in making.make_months(now=now):
                self.stdout.write(f"Made: {name}")
        if options["archive"]:
            self._archive(now)
        for month in read_months(now=now):
            rows = "?" if month.rows is None else f"{month.rows:,}"
            size = "" if month.size is None else f"{month.size / 1024 / 1024:,.1f} MB"
            line = f"{month.kind!s:<12}{month.name:<27}{rows:>12}{size:>14}  {month.state}"
            self.stdout.write(f"{line} {month.note}".rstrip())

    def _archive(self, now: Any) -> None:
        try:
            made = archiving.archive_due(actor=ACTOR, now=now)
        except Refusal as error:
            raise CommandError(error.detail) from error
        for one in made:
            self.stdout.write(
                f"Put away: {one.kind} {one.month:%Y-%m}, {one.rows:,} rows, {one.file}"
            )
        for name in archiving.drop_forgotten(now=now):
            self.stdout.write(f"Dropped, since the feed has forgotten all of it: {name}")
