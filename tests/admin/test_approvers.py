"""Approvers and levels in the admin: given, taken, unlocked; secrets are never shown."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import check_password
from django.test import Client

from apps.approvals.models import ApprovalLevel, Approver
from apps.audit.models import AuditEntry
from tests.books import nothing_changes
from tests.world import PIN, Register, make_approver

LEVELS = "/admin/approvals/approvallevel/"
APPROVERS = "/admin/approvals/approver/"


def _do(client: Client, approver: Approver, act: str, **data: str) -> Any:
    url = f"{APPROVERS}{approver.pk}/do/{act}/"
    return client.post(url, {"once": f"{act}-{len(data)}-once", **data}, follow=True)


def test_a_level_is_written_in_the_currencies_of_the_shops(it: Client, register: Register) -> None:
    it.post(f"{LEVELS}add/", {"name": "Shift lead", "up_to_EUR": "150.50"})
    level = ApprovalLevel.objects.get()
    assert (level.limits, level.unlimited) == ({"EUR": 15050}, False)
    assert b"150.50" in it.get(f"{LEVELS}{level.pk}/change/").content
    it.post(f"{LEVELS}{level.pk}/change/", {"name": "Shift lead", "up_to_EUR": ""})
    level.refresh_from_db()
    assert level.limits == {}
    entry = AuditEntry.objects.get(action="approval_level.changed")
    assert entry.data == {"limits": {"before": {"EUR": 15050}, "after": {}}}


def test_an_approver_is_added_with_places_that_the_trail_names(
    it: Client, register: Register
) -> None:
    level = ApprovalLevel.objects.create(name="Any", unlimited=True)
    fields = {"number": "2001", "name": "Mia Ranke", "level": level.pk, "is_active": "on"}
    it.post(f"{APPROVERS}add/", {**fields, "stores": [register.store.pk]})
    approver = Approver.objects.get()
    assert list(approver.stores.all()) == [register.store]
    entry = AuditEntry.objects.get(action="approver.places_changed")
    assert entry.data == {"stores": {"before": [], "after": ["0042 Shop 0042"]}}


def test_a_pin_is_set_unseen(it: Client, register: Register) -> None:
    approver = make_approver()
    page = _do(it, approver, "set-pin", pin="739164", again="739164")
    approver.refresh_from_db()
    assert check_password("739164", approver.pin_hash)
    assert b"739164" not in page.content
    assert approver.pin_hash.encode() not in page.content


def test_two_that_differ_or_an_easy_one_change_nothing(it: Client, register: Register) -> None:
    approver = make_approver()
    with nothing_changes():
        first = it.post(
            f"{APPROVERS}{approver.pk}/do/set-pin/", {"pin": "739164", "again": "739165"}
        )
    assert b"not the same" in first.content
    assert b"739164" not in first.content
    page = _do(it, approver, "set-pin", pin="123456", again="123456")
    assert b"guessed too easily" in page.content
    approver.refresh_from_db()
    assert check_password(PIN, approver.pin_hash)


def test_badge_given_and_taken_and_unlocking(it: Client, register: Register) -> None:
    approver = make_approver()
    _do(it, approver, "give-badge", badge="badge-7f3e-91c2-aa04")
    approver.refresh_from_db()
    assert len(approver.badge_hash) == 64
    _do(it, approver, "take-badge")
    approver.refresh_from_db()
    assert approver.badge_hash == ""
    waiting = register.wait()
    for _ in range(5):
        register.override(waiting, pin="111222")
    assert b"Locked" in it.get(APPROVERS).content
    _do(it, approver, "unlock")
    approver.refresh_from_db()
    assert (approver.locked_at, approver.wrong_in_a_row) == (None, 0)


def test_auditors_see_and_change_nothing_and_managers_see_nothing(
    auditor: Client, manager: Client, register: Register
) -> None:
    approver = make_approver()
    assert auditor.get(f"{APPROVERS}{approver.pk}/change/").status_code == 200
    assert auditor.get(f"{LEVELS}{approver.level_id}/change/").status_code == 200
    with nothing_changes():
        assert _do(auditor, approver, "take-pin").status_code == 403
        assert _do(manager, approver, "unlock").status_code == 403
    assert manager.get(APPROVERS).status_code == 403
