"""Who was given a password by an administrator chooses one of their own before anything else."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role, User
from tests.accounts.conftest import LOGIN, give_password
from tests.admin.addresses import addresses
from tests.admin.conftest import PASSWORD
from tests.admin.helpers import actions, url
from tests.books import nothing_changes

GIVEN, OWN = "copper-lantern-53", "amber-meadow-81-fox"
CHANGE = "/admin/password_change/"


@pytest.fixture
def newcomer(it: Client) -> Client:
    """Logged in with what an administrator typed."""
    form = {"username": "ines", "role": Role.AUDITOR, "password1": GIVEN, "password2": GIVEN}
    assert it.post(url(User, "add"), {**form, "usable_password": "true"}).status_code == 302
    client = Client()
    assert give_password(client, GIVEN) == "/admin/"
    return client


def choose(client: Client, new: str = OWN, old: str = GIVEN) -> str:
    form = {"old_password": old, "new_password1": new, "new_password2": new}
    return str(client.post(CHANGE, form).get("Location", ""))


def test_every_page_leads_to_the_choice(newcomer: Client) -> None:
    paths = {one.path for one in addresses(lambda model: model(pk=1)) if one.path != CHANGE}
    paths -= {reverse("admin:jsi18n")}
    assert len(paths) > 300

    with nothing_changes():
        for path in paths:
            for answer in (newcomer.get(path), newcomer.post(path, {"post": "yes"})):
                assert answer.get("Location") == CHANGE, path


def test_its_page_says_why_and_leads_out(newcomer: Client) -> None:
    body = newcomer.get(CHANGE).content.decode()
    assert "Choose your own password" in body
    assert "Cancel" not in body
    assert reverse("admin:logout") in body
    assert "Trail entries" not in body


def test_with_a_password_of_ones_own_everything_opens(newcomer: Client) -> None:
    assert choose(newcomer) == "/admin/"
    assert newcomer.get("/admin/").status_code == 200
    assert actions()[-1] == "user.password_changed"
    again = Client()
    assert give_password(again, OWN) == "/admin/"
    assert again.get("/admin/").status_code == 200


def test_the_given_one_is_not_kept(newcomer: Client) -> None:
    assert choose(newcomer, new=GIVEN) == ""
    assert newcomer.get("/admin/")["Location"] == CHANGE


def test_one_set_by_an_administrator_later_counts_as_given(it: Client, person: User) -> None:
    form = {"password1": GIVEN, "password2": GIVEN, "usable_password": "true"}
    address = reverse("admin:auth_user_password_change", args=[person.pk])
    assert it.post(address, form).status_code == 302
    client = Client()
    give_password(client, GIVEN)
    assert client.get("/admin/")["Location"] == CHANGE


def test_ones_own_is_nobody_elses(person: User) -> None:
    client = Client()
    assert client.post(LOGIN, {"username": "ines", "password": PASSWORD}).status_code == 302
    assert choose(client, old=PASSWORD) == "/admin/password_change/done/"
    assert client.get("/admin/").status_code == 200
