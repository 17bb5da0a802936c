"""What a file drop asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.integrations.admin.fields import LinesField
from apps.integrations.admin.kinds.base import (
    Credential,
    Group,
    Kind,
    Setting,
    choice,
    number,
    text,
)
from apps.integrations.policy.table import CSV, FOLDER_HERE, JSONL, SFTP
from apps.integrations.states import SyncMode

_CSV = ("set_format", (CSV,))
_SFTP = ("set_place", (SFTP,))
_DELIMITERS = (
    ("comma", _("Comma")),
    ("semicolon", _("Semicolon")),
    ("tab", _("Tab")),
)


def _missing(config: Mapping[str, Any], there: Collection[str]) -> list[str]:
    """One of the two lets us in."""
    to_a_server = config.get("place") == SFTP
    return ["password"] if to_a_server and not {"password", "private_key"} & set(there) else []


FILE = Kind(
    about=_("Writes CSV or JSON lines into a folder of this server, or to an SFTP server."),
    starts={"sync_mode": SyncMode.EVERY, "every_seconds": 900, "max_age_seconds": 3_600},
    missing=_missing,
    groups=(
        Group(
            _("The files"),
            (
                Setting(
                    "format", choice(_("Format"), [(CSV, "CSV"), (JSONL, _("JSON lines"))]), CSV
                ),
                Setting(
                    "columns",
                    lambda: LinesField(
                        label=_("Columns"),
                        required=False,
                        help_text=_(
                            "Names from what the field mapping makes, one a line, in their order. "
                            "They become the head line."
                        ),
                    ),
                    [],
                    shown_for=_CSV,
                ),
                Setting(
                    "delimiter", choice(_("Between cells"), _DELIMITERS), "comma", shown_for=_CSV
                ),
                Setting("prefix", text(_("File names begin with")), "returns"),
                Setting(
                    "folder",
                    text(
                        _("Folder"),
                        _(
                            "Below drops/ of the data folder, such as erp/in. With SFTP a name for the "
                            "memory of what was sent."
                        ),
                    ),
                ),
                Setting(
                    "place",
                    choice(
                        _("They go"),
                        [(FOLDER_HERE, _("into that folder")), (SFTP, _("to an SFTP server"))],
                    ),
                    FOLDER_HERE,
                ),
            ),
        ),
        Group(
            _("The SFTP server"),
            (
                Setting(
                    "sftp.host",
                    text(
                        _("Server"),
                        _(
                            "A name or an address. Inside your network it has to be allowed by operators."
                        ),
                    ),
                    shown_for=_SFTP,
                ),
                Setting("sftp.port", number(_("Port")), 22, shown_for=_SFTP),
                Setting("sftp.user", text(_("User")), shown_for=_SFTP),
                Setting(
                    "sftp.folder",
                    text(_("Folder there"), _("Empty: where the login leads.")),
                    shown_for=_SFTP,
                ),
                Setting(
                    "sftp.host_key",
                    text(
                        _("Host key"),
                        _(
                            "Type and key, as “ssh-keyscan -t ed25519 the.server” prints them after the name: "
                            "ssh-ed25519 AAAA…. A server with "
                            "another key gets nothing."
                        ),
                    ),
                    shown_for=_SFTP,
                ),
                Credential("password", _("Password"), shown_for=_SFTP),
                Credential(
                    "private_key",
                    _("Or a private key"),
                    _("OpenSSH or PEM: Ed25519, ECDSA or RSA. It goes before the password."),
                    many_lines=True,
                    shown_for=_SFTP,
                ),
                Credential("passphrase", _("Its passphrase"), shown_for=_SFTP),
            ),
        ),
    ),
)
