"""`manage.py setup`: what every installation begins with, and its first administrator."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.passwords import new_password
from apps.insights.services.demo import ensure_baseline
from apps.insights.services.provisioning import add_administrator


class Command(BaseCommand):
    help = "Makes the reasons, conditions and first policy, and an IT administrator if named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--admin", metavar="NAME", help="make this person an IT administrator")

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_baseline(now=timezone.now())
        self.stdout.write("Reasons, conditions and a published policy are there.")
        name = options["admin"]
        if not name:
            return
        if User.objects.filter(username=name).exists():
            self.stdout.write(f"{name} exists already and was left as is.")
            return
        password = new_password()
        add_administrator(name, password=password, now=timezone.now())
        self.stdout.write(f"{name} is an IT administrator. Password, shown this once: {password}")
