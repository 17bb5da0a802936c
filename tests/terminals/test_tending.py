"""What time alone brings about: reminders and alerts, each said once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from apps.common.errors import StaleState
from apps.events.models import Event
from apps.terminals.models import Credential, Notice, RotationPolicy
from apps.terminals.services import clear_notice, order_rotation, set_status, tend
from apps.terminals.services.rotation import RotationOrder
from apps.terminals.states import TerminalStatus
from tests.books import nothing_changes
from tests.terminals.signing import Signer, ed25519
from tests.world import SETUP, Register

DAY = timedelta(days=1)


def notices() -> list[tuple[str, bool]]:
    """(what, still open), oldest first."""
    rows = Notice.objects.order_by("pk").values_list("kind", "cleared_at")
    return [(kind, cleared is None) for kind, cleared in rows]


def _in_use_since(register: Register) -> datetime:
    since = register.terminal.credential_set.get(status="active").first_used_at
    assert since is not None
    return since


def test_reminders_14_7_and_1_day_before_then_an_alert_each_once(register: Register) -> None:
    RotationPolicy.objects.create(every_days=90)
    since = _in_use_since(register)
    for day in (75, 76, 77, 82, 83, 88, 89, 90, 91, 99):
        for _ in range(2):
            tend(now=since + day * DAY + timedelta(hours=1))
    assert [kind for kind, _ in notices()] == [*["rotation-due"] * 3, "rotation-overdue"]
    types = Event.objects.filter(type__startswith="terminal.rot").values_list("type", flat=True)
    assert list(types) == ["terminal.rotation_due"] * 3
    assert Event.objects.get(type="terminal.attention").data["kind"] == "rotation-overdue"


def test_a_policy_out_of_force_says_nothing(register: Register) -> None:
    RotationPolicy.objects.create(every_days=90, enabled=False)
    with nothing_changes():
        tend(now=_in_use_since(register) + 200 * DAY)


def test_rotating_settles_what_was_said(signer: Signer) -> None:
    Credential.objects.filter(status="retiring").update(not_after=timezone.now())
    RotationPolicy.objects.create(every_days=1)
    tend(now=timezone.now() + 2 * DAY)
    assert ("rotation-overdue", True) in notices()
    new = ed25519()
    signer.post_key(new)
    signer.token(new)
    assert all(not still_open for _, still_open in notices())


def test_a_new_key_that_nobody_used_for_a_week_is_an_alert_and_no_lock_out(signer: Signer) -> None:
    Credential.objects.filter(status="retiring").update(not_after=timezone.now())
    signer.post_key(ed25519())
    now = timezone.now()
    tend(now=now + 7 * DAY - timedelta(minutes=1))
    assert notices() == []
    tend(now=now + 7 * DAY + timedelta(minutes=1))
    assert notices() == [("pending-unused", True)]
    assert signer.token().status_code == 200


def test_an_ordered_rotation_that_was_not_done_in_time(register: Register) -> None:
    now = timezone.now()
    plan = RotationOrder("All", [register.terminal.pk], starts_at=now, rotate_by=now + DAY)
    order_rotation(plan, actor=SETUP, now=now)
    tend(now=now + DAY - timedelta(minutes=1))
    assert notices() == []
    tend(now=now + DAY + timedelta(minutes=1))
    assert notices() == [("rotation-overdue", True)]


def test_nobody_is_told_of_a_register_out_of_service(register: Register) -> None:
    now = timezone.now()
    plan = RotationOrder("All", [register.terminal.pk], starts_at=now, rotate_by=now + DAY)
    order_rotation(plan, actor=SETUP, now=now)
    set_status(register.terminal, TerminalStatus.RETIRED, actor=SETUP, now=now)
    with nothing_changes():
        tend(now=now + 9 * DAY)


def test_an_overlap_that_is_over_gives_its_place_back(signer: Signer) -> None:
    old = Credential.objects.get(status="retiring")
    tend(now=timezone.now())
    old.refresh_from_db()
    assert (old.status, old.slot) == ("retiring", 1)
    tend(now=timezone.now() + DAY)
    old.refresh_from_db()
    assert (old.status, old.slot) == ("revoked", None)


def test_somebody_settles_a_notice_once(signer: Signer) -> None:
    RotationPolicy.objects.create(every_days=1)
    tend(now=timezone.now() + 2 * DAY)
    notice = Notice.objects.get()
    clear_notice(notice, actor=SETUP, now=timezone.now())
    with nothing_changes(), pytest.raises(StaleState):
        clear_notice(notice, actor=SETUP, now=timezone.now())
    tend(now=timezone.now() + 3 * DAY)
    assert notices() == [("rotation-overdue", False)]
