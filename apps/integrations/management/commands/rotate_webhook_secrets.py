"""`manage.py rotate_webhook_secrets`: new secrets for one destination or for all."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.common.caller import Actor
from apps.common.errors import Refusal
from apps.integrations.models import Destination
from apps.integrations.services import OVERLAP, rotate_webhook_secret

ACTOR = Actor(kind="command", id="rotate_webhook_secrets", label="rotate_webhook_secrets")


class Command(BaseCommand):
    help = (
        "Gives destinations a new webhook secret and prints it, this once. The old one signs too "
        "until the overlap is over. Exit code 1 when one could not be rotated."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--destination", metavar="NAME", help="the destination of this name")
        which.add_argument("--all", action="store_true", help="every destination")
        hours = OVERLAP.total_seconds() / 3600
        parser.add_argument("--overlap-hours", type=float, default=hours, help="24 if not given")
        parser.add_argument(
            "--end-older",
            action="store_true",
            help="end the overlap of an earlier rotation at once, where one lasts",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        overlap = timedelta(hours=options["overlap_hours"])
        refused = 0
        for destination in self._chosen(options["destination"]):
            refused += not self._rotate(destination, overlap, end_older=options["end_older"])
        if refused:
            sys.exit(1)

    def _chosen(self, name: str | None) -> list[Destination]:
        found = Destination.objects.order_by("name")
        chosen = list(found.filter(name=name) if name else found)
        if name and not chosen:
            raise CommandError(f"There is no destination “{name}”.")
        return chosen

    def _rotate(self, destination: Destination, overlap: timedelta, *, end_older: bool) -> bool:
        try:
            secret = rotate_webhook_secret(
                destination, overlap=overlap, end_older=end_older, actor=ACTOR, now=timezone.now()
            )
        except Refusal as error:
            self.stderr.write(f"{destination.name}: {error.detail}")
            return False
        self.stdout.write(f"{destination.name}: {secret}")
        return True
