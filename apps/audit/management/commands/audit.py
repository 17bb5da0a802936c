"""`manage.py audit …`: seal, sign, check and export the trail, and the roles that guard it."""

from __future__ import annotations

import base64
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.audit.keys import public_keys
from apps.audit.services import checkpoints, recording, sealing
from apps.audit.services.exporting import Wanted, export_lines
from apps.audit.services.roles import Roles, apply_roles, roles_sql
from apps.audit.services.verifying import check_trail
from apps.common.caller import Actor
from apps.common.errors import Refusal
from apps.common.snapshot import read_only_cursor

ACTOR = Actor(kind="command", id="audit", label="manage.py audit")


class Command(BaseCommand):
    help = "The tamper-evident trail: seal, checkpoint, verify, export, key, roles."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        said = parser.add_subparsers(dest="what", required=True)
        said.add_parser("seal", help="seal what waits, now")
        verify = said.add_parser(
            "verify", help="check every chain; exit code 1 when anything is not as signed"
        )
        verify.add_argument("--archive", type=Path, help="the folder of the months put away")
        said.add_parser("key", help="print the public keys that checkpoints are checked with")
        _add_checkpoint(said.add_parser("checkpoint", help="sign where the chains stand, now"))
        _add_export(said.add_parser("export", help="write entries that can be checked anywhere"))
        _add_roles(said.add_parser("roles", help="print the SQL of owner, application and auditor"))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['what']}")(options)
        except Refusal as error:
            raise CommandError(error.detail) from error

    def _seal(self, options: dict[str, Any]) -> None:
        self.stdout.write(f"{sealing.seal_entries()} entries sealed.")

    def _checkpoint(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        if why := options["restored"]:
            made = checkpoints.write_restored_checkpoint(why=why, actor=ACTOR, now=now)
        else:
            made = checkpoints.write_checkpoint(now=now)
        if made is None:
            raise CommandError("Somebody else is signing. Try again.")
        self.stdout.write(
            f"Checkpoint {made.number}: {made.entries:,} entries in {made.chains} chains, "
            f"signed with {made.key_id}."
        )

    def _verify(self, options: dict[str, Any]) -> None:
        found, archive = 0, options["archive"]
        if archive is not None and not archive.is_dir():
            raise CommandError(f"{archive} is no folder.")
        with read_only_cursor() as cursor:
            for finding in check_trail(cursor, archive=archive, say=self.stderr.write):
                self.stdout.write(f"FINDING  {finding.text}")
                found += 1
        self.stdout.write(f"{found} findings." if found else "The trail is as it was signed.")
        if found:
            sys.exit(1)

    def _export(self, options: dict[str, Any]) -> None:
        wanted = Wanted(options["store"], options["since"], options["until"], options["subject"])
        lines = 0
        recording.record_export(wanted.params, actor=ACTOR, now=timezone.now())
        with Path(options["file"]).open("wb") as file, read_only_cursor() as cursor:
            for line in export_lines(cursor, wanted):
                file.write(line)
                lines += 1
        self.stdout.write(f"{lines:,} lines in {options['file']}.")

    def _key(self, options: dict[str, Any]) -> None:
        for name, public in public_keys().items():
            self.stdout.write(f"{name}  {base64.b64encode(public).decode()}")

    def _roles(self, options: dict[str, Any]) -> None:
        roles = Roles(options["owner"], options["app"], options["auditor"])
        if options["apply"]:
            apply_roles(roles)
            self.stdout.write("Applied.")
        else:
            self.stdout.write(roles_sql(roles))


def _add_checkpoint(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--restored", metavar="WHY", default="",
        help="the database was restored to an earlier moment: sign what is there, and say why",
    )  # fmt: skip


def _add_export(parser: ArgumentParser) -> None:
    parser.add_argument("file")
    parser.add_argument("--store", action="append", help="shop number; repeatable")
    parser.add_argument("--subject", action="append", help="such as return:<id>; repeatable")
    parser.add_argument("--since", type=_moment, help="day or time, UTC unless it says otherwise")
    parser.add_argument("--until", type=_moment, help="up to then")


def _add_roles(parser: ArgumentParser) -> None:
    parser.add_argument("--apply", action="store_true", help="run it on DATABASE_URL, as superuser")
    for name, default in (
        ("owner", Roles().owner),
        ("app", Roles().app),
        ("auditor", Roles().auditor),
    ):
        parser.add_argument(f"--{name}", default=default)


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
