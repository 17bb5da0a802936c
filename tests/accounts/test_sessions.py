"""A session ends: after 15 idle minutes, after 12 hours, and when role, password or shops change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from apps.accounts.models import Role, User
from apps.audit.models import AuditEntry
from apps.stores.models import Store
from tests.accounts.conftest import give_password
from tests.admin.conftest import PASSWORD
from tests.admin.helpers import act, actions, page
from tests.world import Register

Change = Callable[[Client, User], object]


def is_in(client: Client) -> bool:
    return client.get("/admin/account/").status_code == 200


def test_after_a_quarter_of_an_hour_without_doing_anything(
    clock: time_machine.Traveller, it: Client
) -> None:
    clock.shift(timedelta(minutes=14))
    assert is_in(it)
    clock.shift(timedelta(minutes=14))
    assert is_in(it)

    clock.shift(timedelta(minutes=15))

    assert not is_in(it)
    left = AuditEntry.objects.get(action="user.logged_out")
    assert left.outcome == "idle"


def test_a_page_that_refreshes_itself_is_nobody_doing_anything(
    clock: time_machine.Traveller, it: Client
) -> None:
    for _ in range(14):
        clock.shift(timedelta(minutes=1))
        assert it.get("/admin/figures/", headers={"X-Background": "1"}).status_code == 200

    clock.shift(timedelta(minutes=1))

    assert it.get("/admin/figures/", headers={"X-Background": "1"}).status_code == 302


def test_after_twelve_hours_whatever_was_done(clock: time_machine.Traveller, it: Client) -> None:
    for _ in range(71):
        clock.shift(timedelta(minutes=10))
        assert is_in(it)

    clock.shift(timedelta(minutes=10))

    assert not is_in(it)
    assert AuditEntry.objects.get(action="user.logged_out").outcome == "too_long"


def _form(person: User, **changes: object) -> dict[str, object]:
    return {"username": person.username, "role": person.role, "is_active": "on", **changes}


@pytest.mark.parametrize(
    "change",
    [
        lambda it, one: it.post(page(one), _form(one, role=Role.IT_ADMINISTRATOR)),
        lambda it, one: it.post(page(one), _form(one, is_active="")),
        lambda it, one: it.post(page(one), _form(one, shops=[Store.objects.get().pk])),
        lambda it, one: it.post(
            f"/admin/accounts/user/{one.pk}/password/",
            {"password1": "calm-meadow-77-river", "password2": "calm-meadow-77-river"},
        ),
        lambda it, one: it.post(act(one, "log-out")),
    ],
    ids=["role", "deactivated", "shops", "password", "logged-out"],
)
def test_when_an_administrator_changes_something(
    it: Client, auditor: Client, register: Register, change: Change
) -> None:
    person = User.objects.get(role=Role.AUDITOR)
    assert is_in(auditor)

    change(it, person)

    assert not is_in(auditor)


def test_one_logs_out_everywhere_else(person: User) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        give_password(client)

    here.post("/admin/account/", {"do": "log-out"})

    assert (is_in(here), is_in(elsewhere)) == (True, False)
    assert actions()[-1] == "user.sessions_ended"


def test_ones_own_password_ends_the_other_sessions(person: User) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        give_password(client)
    new = "calm-meadow-77-river"

    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    here.post("/admin/password_change/", form)

    assert (is_in(here), is_in(elsewhere)) == (True, False)


def test_nobody_changes_what_they_may_themselves(it: Client, register: Register) -> None:
    me = User.objects.get(role=Role.IT_ADMINISTRATOR)

    it.post(page(me), _form(me, role="support", shops=[register.store.pk], regions=[]))

    me.refresh_from_db()
    assert (me.role, me.shops) == (Role.IT_ADMINISTRATOR, [])


def test_a_role_of_shops_needs_one(it: Client, auditor: Client) -> None:
    person = User.objects.get(role=Role.AUDITOR)

    answer = it.post(page(person), _form(person, role="support"))

    assert answer.status_code == 200
    assert "Name at least one." in answer.content.decode()
    person.refresh_from_db()
    assert person.role == Role.AUDITOR
