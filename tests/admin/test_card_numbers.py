"""No field of any form takes a card number, known or unknown: nothing of it is kept."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.approvals.models import Approver
from apps.integrations.models import Mapping
from apps.returns.models import PolicyVersion
from apps.stores.models import Region, Store
from tests.admin.helpers import act, page, url
from tests.admin.test_settings import SHOP
from tests.books import nothing_changes
from tests.world import Register, make_approver

CARD = "4111 1111 1111 1111"


@pytest.mark.parametrize(
    ("model", "name"),
    [(Region, "add"), (Mapping, "add"), (Store, "add"), (Approver, "add")],
)
def test_no_form_takes_one(it: Client, register: Register, model: type, name: str) -> None:
    with nothing_changes():
        answer = it.post(url(model, name), {**SHOP, "name": f"To {CARD}"})
    assert answer.status_code == 422
    assert b"This looks like a card number" in answer.content
    assert CARD.encode() not in answer.content


def test_no_reason_for_a_change_is_one(it: Client, register: Register) -> None:
    with nothing_changes():
        answer = it.post(page(register.store), {**SHOP, "change_reason": CARD})
    assert answer.status_code == 422


def test_nor_is_what_is_tried(it: Client, register: Register) -> None:
    address = url(PolicyVersion, "try", PolicyVersion.objects.get().pk)
    answer = it.post(address, {"store": register.store.pk, "customer": CARD.replace(" ", "")})
    assert answer.status_code == 422


def test_a_name_at_the_door_is_not_written_down(client: Client, register: Register) -> None:
    with nothing_changes():
        answer = client.post("/admin/login/", {"username": CARD, "password": "x"})
    assert answer.status_code == 422


def test_a_badge_may_be_any_digits(it: Client, register: Register) -> None:
    approver = make_approver()
    answer = it.post(act(approver, "give-badge"), {"badge": CARD.replace(" ", "")})
    approver.refresh_from_db()
    assert (answer.status_code, len(approver.badge_hash)) == (302, 64)
