"""The review of access: everybody's role, shops, second factor and log-ins; as a file, recorded."""

from __future__ import annotations

import csv
import io

from django.test import Client

from apps.accounts.models import Role, User
from apps.audit.models import AuditEntry
from tests.accounts.conftest import give_password
from tests.admin.conftest import client_of
from tests.admin.helpers import read
from tests.world import Register

PAGE = "/admin/access-review/"


def test_it_says_who_may_do_what_and_where(it: Client, register: Register, person: User) -> None:
    client_of(Role.STORE_MANAGER)
    give_password(Client(), "wrong")

    text = read(it, PAGE)

    assert "store_manager@shop Store manager 0042 not yet" in text
    assert "ines IT administrator all not yet never 1 active" in text


def test_the_file_is_recorded_and_harmless(auditor: Client, register: Register) -> None:
    User.objects.create(username="eve", first_name="=cmd|'/C calc'!A0", role="support")

    answer = auditor.post(PAGE)

    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    eve = next(line for line in lines if line["username"] == "eve")
    assert (eve["role"], eve["shops"], eve["active"]) == ("Support", "none", "yes")
    assert eve["name"] == "'=cmd|'/C calc'!A0"
    assert answer["Content-Disposition"].startswith('attachment; filename="access-20')
    entry = AuditEntry.objects.get(action="access.exported")
    assert entry.data == {"people": len(lines)}


def test_it_is_not_for_shops(register: Register) -> None:
    for role in (Role.STORE_MANAGER, Role.SUPPORT):
        client = client_of(role)
        assert [client.get(PAGE).status_code, client.post(PAGE).status_code] == [403, 403]
