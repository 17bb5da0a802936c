"""`manage.py demo`: a small chain to look at, with logins. For development only."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.insights.services.demo import Login, ensure_approver, ensure_people, load_demo
from apps.insights.services.provisioning import write_private


class Command(BaseCommand):
    help = "Makes the demo shops, registers, goods and people that are missing; prints the logins."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--registers", type=Path, required=True, help="where to list the registers"
        )
        parser.add_argument(
            "--keys", type=Path, required=True, help="where their keyrings are, or will be"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEVELOPMENT:
            raise CommandError(
                "The demo is for development; set DEVELOPMENT=1 if that is what this is."
            )
        file: Path = options["registers"]
        load_demo(file, keys=options["keys"], now=timezone.now())
        logins_file = file.with_name("logins.json")
        known = json.loads(logins_file.read_text()) if logins_file.exists() else {}
        kept = {name: Login(**login) for name, login in known.items()}
        logins = ensure_people(known=kept)
        logins["approver"] = ensure_approver(known=kept.get("approver"), now=timezone.now())
        printable = {name: asdict(login) for name, login in logins.items()}
        write_private(logins_file, json.dumps(printable))
        self.stdout.write(json.dumps(printable))
