"""What the fleet page reads agrees with what registers are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.stores.models import Region
from apps.terminals import store
from apps.terminals.models import Rotation, RotationPolicy, Terminal
from apps.terminals.policy.progress import Progress
from apps.terminals.selectors import progress_of, with_notices, with_rotation
from apps.terminals.services import cancel_rotation, set_status
from apps.terminals.states import NoticeKind, TerminalStatus
from tests.terminals.fleet import DAY, add_register, age_key, make_notice, order
from tests.world import SETUP, Register, make_register


def fleet() -> Any:
    return with_rotation(Terminal.objects.all(), now=timezone.now()).get(
        store__number="0042", number="03"
    )


@pytest.mark.parametrize("narrowest", ["all", "region", "store", "terminal"])
def test_the_narrowest_policy_in_force_counts(register: Register, narrowest: str) -> None:
    region = Region.objects.create(name="North")
    register.store.region = region
    register.store.save()
    scopes: dict[str, dict[str, Any]] = {
        "all": {},
        "region": {"region": region},
        "store": {"store": register.store},
        "terminal": {"terminal": register.terminal},
    }
    RotationPolicy.objects.create(region=Region.objects.create(name="South"), every_days=1)
    RotationPolicy.objects.create(store=make_register(store="0043").store, every_days=2)
    for place, (name, scope) in enumerate(scopes.items()):
        RotationPolicy.objects.create(every_days=10 * (place + 1), **scope)
        if name == narrowest:
            break
    wanted = RotationPolicy.objects.latest("pk")

    found = fleet()

    assert (found.policy, found.key_days) == (wanted.pk, wanted.every_days)
    standing = store.rotation_standing(register.terminal.pk, now=timezone.now())
    assert standing.schedule is not None
    assert standing.schedule.every_days == wanted.every_days
    assert standing.schedule.deadline(found.key_since) == found.policy_due_at == found.due_at


def test_a_policy_out_of_force_counts_for_nobody(register: Register) -> None:
    RotationPolicy.objects.create(every_days=90, enabled=False)

    found = fleet()

    assert (found.policy, found.policy_due_at, found.due_at) == (None, None, None)


def test_the_earlier_of_policy_and_order_is_when_it_is_due(register: Register) -> None:
    RotationPolicy.objects.create(every_days=90)
    age_key(register.terminal, 10)
    rotation = order([register.terminal], days=7)
    order([register.terminal], starts_at=timezone.now() + DAY, days=1)

    found = fleet()

    assert found.ordered_due_at == found.due_at == rotation.due_at
    assert found.policy_due_at - timezone.now() > timedelta(days=79)


def test_a_rotation_that_was_called_off_is_due_never(register: Register) -> None:
    cancel_rotation(order([register.terminal]), actor=SETUP, now=timezone.now())

    assert fleet().due_at is None


def test_open_notices_are_known_by_kind(register: Register) -> None:
    make_notice(register.terminal, NoticeKind.PENDING_UNUSED)
    settled = make_notice(register.terminal, NoticeKind.ROTATION_DUE)
    settled.cleared_at = timezone.now()
    settled.save()

    found: Any = with_notices(Terminal.objects.all()).get()
    assert found.notice_kinds == ["pending-unused"]


def test_progress_counts_done_and_retired_ones_apart(register: Register) -> None:
    others = [make_register(number=number).terminal for number in ("04", "05", "06")]
    rotation = order([register.terminal, *others, add_register(register, "07")])
    rotation.targets.filter(terminal=others[0]).update(done_at=timezone.now())
    for terminal in others[:2]:
        set_status(terminal, TerminalStatus.RETIRED, actor=SETUP, now=timezone.now())

    found: Any = progress_of(Rotation.objects.all()).get()

    assert Progress(found.total, found.done, found.gone) == Progress(4, 1, 1)
