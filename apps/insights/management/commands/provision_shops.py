"""`manage.py provision_shops`: shops with registers that may bring history in."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.insights.services.demo import ensure_baseline
from apps.insights.services.provisioning import (
    ListedRegister,
    ensure_registers,
    write_registers,
)
from apps.stores.services import ensure_store
from apps.terminals.models import TerminalProfile
from apps.terminals.services import ensure_profile
from apps.terminals.states import Scope


class Command(BaseCommand):
    help = "Makes the shops of a JSON list, each with registers that may decide by their own time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--shops", type=Path, required=True, help="JSON: number, name, country, …"
        )
        parser.add_argument("--per-shop", type=int, default=3, help="registers in each")
        parser.add_argument(
            "--registers", type=Path, required=True, help="where to list the registers"
        )
        parser.add_argument(
            "--keys", type=Path, required=True, help="where their keyrings are, or will be"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        ensure_baseline(now=now)
        profile = ensure_profile(
            name="Bringing history in",
            scopes=[Scope.SELF, Scope.READ, Scope.SALES, Scope.RETURNS, Scope.BACKDATE],
        )
        numbers = [f"{n:02d}" for n in range(1, options["per_shop"] + 1)]
        registers: list[ListedRegister] = []
        for shop in _read(options["shops"]):
            registers += _provision(shop, numbers, profile, options["keys"], now)
        write_registers(options["registers"], registers)
        self.stdout.write(f"{len(registers)} registers")


def _read(file: Path) -> list[dict[str, str]]:
    try:
        shops: list[dict[str, str]] = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise CommandError(f"{file} is not a JSON list of shops: {error}") from error
    return shops


def _provision(
    shop: dict[str, str], numbers: list[str], profile: TerminalProfile, keys: Path, now: datetime
) -> list[ListedRegister]:
    store = ensure_store(
        number=shop["number"], name=shop["name"], currency=shop["currency"],
        country=shop["country"], timezone=shop["timezone"],
    )  # fmt: skip
    return ensure_registers(store, numbers, profile=profile, keys=keys, now=now)
