"""Log-ins, log-outs and failed attempts stand in the trail."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.models import Role, User
from apps.accounts.services import create_user
from apps.audit.models import AuditEntry
from tests.admin.conftest import PASSWORD
from tests.admin.helpers import actions, text_of

LOGIN = "/admin/login/"


@pytest.fixture
def person(db: None) -> User:
    return create_user(username="ines", password=PASSWORD, role=Role.IT_ADMINISTRATOR)


def test_coming_and_going_is_recorded(client: Client, person: User) -> None:
    client.post(LOGIN, {"username": "ines", "password": PASSWORD, "next": "/admin/"})
    client.post("/admin/logout/")

    assert actions() == ["user.logged_in", "user.logged_out"]
    entry = AuditEntry.objects.earliest("id")
    assert (entry.actor_id, entry.actor_label) == (str(person.pk), "ines")
    assert entry.data == {"address": "127.0.0.1"}


def test_a_wrong_password_is_recorded_under_the_account(client: Client, person: User) -> None:
    text = text_of(client.post(LOGIN, {"username": "ines", "password": "not this one"}))

    assert "That is not right." in text
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.outcome, entry.actor_label) == (
        "user.login_failed", "refused", "ines",
    )  # fmt: skip


def test_an_unknown_name_is_not_kept_it_may_be_a_password(client: Client, person: User) -> None:
    client.post(LOGIN, {"username": PASSWORD, "password": "ines"})

    entry = AuditEntry.objects.get()
    assert (entry.actor_label, entry.actor_id) == ("?", "")
    assert PASSWORD not in str(AuditEntry.objects.values().get())


def test_a_deactivated_account_does_not_come_in(client: Client, person: User) -> None:
    User.objects.update(is_active=False)

    client.post(LOGIN, {"username": "ines", "password": PASSWORD})

    assert client.get("/admin/").status_code == 302
    assert actions() == ["user.login_failed"]


def test_changing_ones_password_is_recorded(client: Client, person: User) -> None:
    client.force_login(person)
    new = "calm-meadow-77-river"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}

    client.post("/admin/password_change/", form)

    assert actions() == ["user.password_changed"]
    assert new not in str(AuditEntry.objects.values().get())
