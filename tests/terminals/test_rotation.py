"""A register renews its key, and no request of it is refused meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.events.models import Event
from apps.terminals.models import Credential, RotationPolicy, RotationTarget
from apps.terminals.policy.rotation import Window
from apps.terminals.services import (
    cancel_rotation,
    issue_secret,
    order_rotation,
    revoke_credential,
    tend,
)
from apps.terminals.services.rotation import RotationOrder
from tests.books import nothing_changes
from tests.terminals.signing import Signer, ask_token, ed25519, p256, public, sign
from tests.world import SETUP, Register, make_register, problem, return_body

DAY = timedelta(days=1)


@pytest.fixture
def settled(signer: Signer) -> Signer:
    """The signer a day later: what it had before its key is over."""
    Credential.objects.filter(status="retiring").update(not_after=timezone.now())
    tend(now=timezone.now())
    return signer


def statuses() -> list[str]:
    kept = Credential.objects.filter(kind="key").order_by("created_at")
    return list(kept.values_list("status", flat=True))


def test_the_old_key_goes_on_until_the_new_one_is_seen_and_a_day_beyond(settled: Signer) -> None:
    new = ed25519()
    assert settled.post_key(new).json()["status"] == "pending"
    assert settled.token().status_code == 200
    assert statuses() == ["active", "pending"]
    assert settled.token(new).status_code == 200
    assert statuses() == ["retiring", "active"]
    assert settled.token(settled.key).status_code == 200
    left = Credential.objects.get(status="retiring").not_after
    assert left is not None
    assert timedelta(hours=23) < left - timezone.now() <= DAY


def test_a_pending_key_ends_nothing_however_long_it_waits(settled: Signer) -> None:
    settled.post_key(ed25519())
    with time_machine.travel(timezone.now() + 400 * DAY, tick=False):
        tend(now=timezone.now())
        assert settled.token().status_code == 200


def test_the_old_key_and_its_tokens_end_with_the_overlap(settled: Signer) -> None:
    new, old_token = ed25519(), settled.register.token
    settled.post_key(new)
    settled.token(new)
    Credential.objects.filter(status="retiring").update(not_after=timezone.now())
    fresh, settled.register.token = settled.register.token, old_token
    with nothing_changes():
        problem(settled.register.get("changes"), 401, "token-expired")
        assert ask_token(sign(settled.key, settled.client_id)).status_code == 401
    settled.register.token = fresh
    assert settled.register.get("changes").status_code == 200


def test_a_return_begun_under_one_key_is_completed_under_another(settled: Signer) -> None:
    register = settled.register
    authorized = register.authorize(register.sell())
    new = ed25519()
    settled.post_key(new)
    settled.token(new)
    done = register.complete(authorized)
    assert (done.status_code, done.json()["status"]) == (200, "completed")


def test_the_same_idempotency_key_has_one_effect_under_two_keys(settled: Signer) -> None:
    register = settled.register
    body = return_body(register.sell(), "1")
    first = register.post("returns", body, key="0042-03-261121-0007-a1")
    new = p256()
    settled.post_key(new)
    settled.token(new)
    again = register.post("returns", body, key="0042-03-261121-0007-a1")
    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")


def test_the_same_key_posted_again_is_harmless(settled: Signer) -> None:
    new = ed25519()
    first = settled.post_key(new)
    assert (first.status_code, settled.post_key(new).json()) == (201, first.json())
    settled.token(new)
    assert settled.post_key(new).json() == first.json() | {"status": "active"}
    assert len(statuses()) == 2


def test_a_pending_key_that_was_lost_is_replaced(settled: Signer) -> None:
    lost, new = ed25519(), ed25519()
    settled.post_key(lost)
    settled.post_key(new)
    assert statuses() == ["active", "revoked", "pending"]
    assert ask_token(sign(lost, settled.client_id)).status_code == 401
    assert settled.token(new).status_code == 200
    problem(settled.post_key(lost), 409, "key-conflict")


def test_there_is_no_third_while_the_first_is_still_good(settled: Signer) -> None:
    new = ed25519()
    settled.post_key(new)
    settled.token(new)
    with nothing_changes():
        answer = settled.post_key(ed25519())
        problem(answer, 409, "rotation-in-progress")
    assert 86_000 < int(answer["Retry-After"]) <= 86_401


def test_an_administrator_may_end_an_overlap_early(settled: Signer) -> None:
    new = ed25519()
    settled.post_key(new)
    settled.token(new)
    issue_secret(settled.register.terminal, actor=SETUP, now=timezone.now())
    assert statuses() == ["revoked", "active"]


def test_the_key_of_another_register_is_refused(settled: Signer) -> None:
    other = Signer(make_register(number="04"), key=settled.key)
    with nothing_changes():
        problem(other.post_key(settled.key), 409, "key-conflict")


def test_a_proof_shows_that_the_register_holds_the_new_key(settled: Signer) -> None:
    new = ed25519()
    good = {"jwk": public(new), "proof": sign(new, settled.client_id)}
    bad = [
        {"jwk": public(new), "proof": sign(ed25519(), settled.client_id)},
        {"jwk": public(new), "proof": sign(new, "01932f6e-0000-7000-8000-000000000000")},
        {"jwk": public(new), "proof": "proof"},
    ]
    for body in bad:
        with nothing_changes():
            problem(settled.register.post("terminals/self/keys", body), 400, "invalid-request")
    assert settled.register.post("terminals/self/keys", good).status_code == 201


def test_a_narrowed_token_cannot_make_itself_a_wider_one(signer: Signer) -> None:
    narrow = ask_token(sign(signer.key, signer.client_id), scope="read returns").json()
    signer.register.token = narrow["access_token"]
    with nothing_changes():
        problem(signer.post_key(ed25519()), 403, "scope-missing")


def test_a_secret_is_renewed_in_the_same_way(register: Register) -> None:
    key = "0042-03-rotate-0001"
    first = register.post("terminals/self/keys", {"secret": True}, key=key).json()
    assert register.post("terminals/self/keys", {"secret": True}, key=key).json() == first
    assert first["client_secret"].startswith("rk_test_")
    other = register.post("terminals/self/keys", {"secret": True}).json()
    assert other["client_secret"] != first["client_secret"]


def test_a_rotation_is_told_and_written_down(settled: Signer) -> None:
    new = ed25519()
    settled.post_key(new)
    assert not Event.objects.filter(type="terminal.key_rotated", data__kid=new.thumbprint())
    settled.token(new)
    event = Event.objects.get(type="terminal.key_rotated", data__kid=new.thumbprint())
    assert event.subject_id == settled.client_id


def order(*registers: Register, **changes: Any) -> Any:
    now = timezone.now()
    plan = {
        "label": "All", "terminal_ids": [r.terminal.pk for r in registers],
        "starts_at": now, "rotate_by": now + DAY, **changes,
    }  # fmt: skip
    return order_rotation(RotationOrder(**plan), actor=SETUP, now=now)


def test_an_ordered_rotation_is_told_with_the_next_token_and_heartbeat(settled: Signer) -> None:
    rotation = order(settled.register)
    due = rotation.due_at.isoformat().replace("+00:00", "Z")
    assert settled.token().json()["rotate_by"] == due
    assert settled.register.post("terminals/self/heartbeat", {}).json()["rotate_by"] == due
    assert settled.register.get("terminals/self").json()["rotate_by"] == due
    new = ed25519()
    settled.post_key(new)
    assert settled.token(new).json()["rotate_by"] is None
    assert RotationTarget.objects.get().done_at is not None


def test_one_that_begins_later_or_was_called_off_is_not_told(settled: Signer) -> None:
    now = timezone.now()
    later = order(settled.register, starts_at=now + DAY, rotate_by=now + 2 * DAY)
    assert settled.token().json()["rotate_by"] is None
    called_off = order(settled.register)
    cancel_rotation(called_off, actor=SETUP, now=now)
    assert settled.token().json()["rotate_by"] is None
    with time_machine.travel(now + DAY + timedelta(minutes=1), tick=False):
        assert settled.token().json()["rotate_by"] is not None
    assert later.targets.count() == 1


def test_it_waits_for_the_allowed_hours_of_the_shop(settled: Signer) -> None:
    """02:00 to 04:00 in Berlin, in winter an hour before UTC."""
    day = datetime(2027, 1, 11, tzinfo=UTC)
    with time_machine.travel(day, tick=False):
        order(settled.register, window=Window(time(2), time(4)), rotate_by=day + 3 * DAY)
    told = {}
    for hour in (0, 1, 2, 3, 12):
        with time_machine.travel(day.replace(hour=hour, minute=30), tick=False):
            told[hour] = settled.token().json()["rotate_by"] is not None
    assert told == {0: False, 1: True, 2: True, 3: False, 12: False}
    with time_machine.travel(day + 3 * DAY + timedelta(hours=12), tick=False):
        assert settled.token().json()["rotate_by"] is not None


def test_the_narrowest_policy_counts(settled: Signer) -> None:
    store = settled.register.store
    RotationPolicy.objects.create(every_days=365)
    RotationPolicy.objects.create(every_days=1, store=store, enabled=False)
    assert settled.token().json()["rotate_by"] is None
    RotationPolicy.objects.create(every_days=1, terminal=settled.register.terminal)
    active = Credential.objects.get(status="active").first_used_at
    assert active is not None
    due = (active + DAY).isoformat().replace("+00:00", "Z")
    assert settled.token().json()["rotate_by"] == due


def test_a_policy_of_90_days_is_told_two_weeks_before(settled: Signer) -> None:
    RotationPolicy.objects.create(every_days=90)
    since = Credential.objects.get(status="active").first_used_at
    assert since is not None
    with time_machine.travel(since + 76 * DAY - timedelta(minutes=1), tick=False):
        assert settled.token().json()["rotate_by"] is None
    with time_machine.travel(since + 76 * DAY + timedelta(minutes=1), tick=False):
        assert settled.token().json()["rotate_by"] is not None


def test_a_policy_may_make_the_overlap_longer(settled: Signer) -> None:
    RotationPolicy.objects.create(every_days=90, overlap_hours=72)
    new = ed25519()
    settled.post_key(new)
    settled.token(new)
    left = Credential.objects.get(status="retiring").not_after
    assert left is not None
    assert 2 * DAY < left - timezone.now() <= 3 * DAY


def test_nothing_is_disturbed_when_the_present_key_is_revoked_in_an_overlap(
    settled: Signer,
) -> None:
    new = ed25519()
    settled.post_key(new)
    settled.token(new)
    revoke_credential(Credential.objects.get(status="active"), actor=SETUP, now=timezone.now())
    problem(settled.register.get("changes"), 401, "token-invalid")
    assert settled.token(settled.key).status_code == 200
