"""What an entry says: who, with which credential, when it happened and was heard, before and after."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Role
from apps.audit.models import AuditEntry, Checkpoint
from apps.audit.services.checkpoints import write_checkpoint, write_restored_checkpoint
from apps.audit.services.sealing import seal_entries
from apps.stores.models import Store
from apps.terminals.models import Credential
from tests.admin.conftest import client_of
from tests.admin.helpers import page, read, rows, url
from tests.audit.trail import NOBODY
from tests.world import Register, sale_body


@pytest.fixture
def auditor(db: None) -> Client:
    return client_of(Role.AUDITOR)


@pytest.fixture
def it(db: None) -> Client:
    return client_of(Role.IT_ADMINISTRATOR)


def last(action: str) -> AuditEntry:
    return AuditEntry.objects.filter(action=action).latest("pk")


def test_a_register_with_its_credential_and_both_times(register: Register) -> None:
    sold_at = "2026-11-21T09:30:00+00:00"
    response = register.post(
        "sales", sale_body(sold_at=sold_at), **{"X-Request-Id": "till-request-1"}
    )
    assert response.status_code == 201

    entry = last("sale.recorded")
    assert (entry.actor_kind, entry.actor_label) == ("terminal", "0042/03")
    assert entry.credential_id == str(Credential.objects.get(terminal=register.terminal).pk)
    assert entry.occurred_at == datetime.fromisoformat(sold_at)
    assert timezone.now() - entry.at < timedelta(minutes=5)
    assert (entry.store_number, entry.terminal_number) == ("0042", "03")
    assert entry.request_id == "till-request-1"


def test_a_person_with_the_session_and_the_fields_before_and_after(
    it: Client, register: Register
) -> None:
    form = it.get(page(register.store)).context["adminform"].form
    values = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    assert it.post(page(register.store), {**values, "name": "Corner"}).status_code == 302

    entry = last("store.changed")
    assert entry.data == {"name": {"before": "Shop 0042", "after": "Corner"}}
    assert entry.credential_id.startswith("session:")
    assert str(it.session.session_key) not in entry.credential_id
    assert Store.objects.get().name == "Corner"


def test_a_change_of_state_says_from_what(it: Client, register: Register) -> None:
    it.post(url(type(register.terminal), "act", register.terminal.pk, "suspend"))
    entry = last("terminal.suspended")
    assert entry.data == {"status": {"before": "active", "after": "suspended"}}


def test_reading_the_trail_is_recorded(auditor: Client, register: Register) -> None:
    register.sell()
    seal_entries()
    sold = last("sale.recorded")
    assert rows(auditor, AuditEntry, actor_kind="terminal", q="4242 4242 4242 4242") == 0
    shown = read(auditor, page(sold))

    assert "number" in shown
    assert "of shop 0042" in shown
    views = AuditEntry.objects.filter(action="trail.viewed").order_by("pk")
    assert [(entry.subject_id, entry.actor_kind, entry.data) for entry in views] == [
        ("list", "user", {"actor_kind": "terminal", "q": "[card number removed]"}),
        ("entry", "user", {"entry": str(sold.pk)}),
    ]


def test_who_may_not_read_it_leaves_no_view(register: Register) -> None:
    manager = client_of(Role.STORE_MANAGER)
    assert manager.get(url(AuditEntry)).status_code == 403
    assert not AuditEntry.objects.filter(action="trail.viewed").exists()


def test_checkpoints_are_shown_with_what_they_are_checked_with(
    auditor: Client, register: Register, folder: Any
) -> None:
    assert "Nothing was signed yet." in read(auditor, url(Checkpoint))
    made = write_checkpoint(now=timezone.now())
    assert made is not None
    assert "File of checkpoints" in read(auditor, url(Checkpoint))
    assert bytes(made.root).hex() in read(auditor, page(made))
    for route, name, begins in (
        ("verifier", "verify_trail.py", b"#!/usr/bin/env python3"), ("file", "checkpoints.jsonl", b'{"body":'),
    ):  # fmt: skip
        response = auditor.get(f"/admin/audit/checkpoint/{route}/")
        assert response["Content-Disposition"] == f'attachment; filename="{name}"'
        assert b"".join(response.streaming_content).startswith(begins)  # type: ignore[attr-defined]


def test_a_checkpoint_after_a_restore_says_so(auditor: Client, folder: Any) -> None:
    write_restored_checkpoint(why="disk & db2", actor=NOBODY, now=timezone.now())
    assert "after a restore disk & db2" in read(auditor, url(Checkpoint))


def test_downloads_are_for_those_who_may_see_the_page(db: None, folder: Any) -> None:
    manager = client_of(Role.STORE_MANAGER)
    for route in ("verifier", "file"):
        assert manager.get(f"/admin/audit/checkpoint/{route}/").status_code == 403
        assert Client().get(f"/admin/audit/checkpoint/{route}/").status_code == 302
