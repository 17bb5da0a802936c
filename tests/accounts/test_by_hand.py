"""Requests made by hand: every address of the admin, by those who may not, with what its own form would send.

The addresses come from the routes: one that is added tomorrow is tried, or says what it needs to be.
"""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import cycle, groupby
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from apps.accounts.models import Role, User
from apps.audit.models import AuditEntry
from apps.stores.models import Store
from tests.accounts.test_scope import two_shops  # noqa: F401  (a fixture)
from tests.admin.addresses import Address, addresses, of_shop
from tests.admin.conftest import client_of
from tests.admin.one_of_each import fill_what_is_empty
from tests.books import nothing_changes
from tests.world import Register

READING_LEAVES = ("audit_auditentry", "audit_unsealedentry", "audit_seal")
"""Who was shown the trail, or a pack of a return, stands in it; for a pack, what waits is sealed first."""
OF_AN_AUDITOR = ("audit_trailexport",)
"""What an auditor may ask for."""
OWN = ("account", "password_change", "password_change_done")
"""About oneself: tests/accounts/test_second_factor.py and test_passwords.py."""
PLAIN = ("_changelist", "_history", "_compare", "_delete", "figures", "_file", "_progress")
"""Routes without a form of their own: what is made up is all they could be sent."""
Form = dict[str, list[str]]


class _Fields(HTMLParser):
    """What a browser would send of all forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.form: Form = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "select":
            self._select = said.get("name", "")
        unticked = said.get("type") in ("checkbox", "radio") and "checked" not in said
        name = self._select if tag == "option" else said.get("name", "")
        chosen = tag != "option" or "selected" in said
        if tag in ("input", "textarea", "option", "button") and name and chosen and not unticked:
            self.form.setdefault(name, []).append(said.get("value", ""))


@pytest.fixture
def everything(two_shops: tuple[Register, Register]) -> list[tuple[Address, Form]]:  # noqa: F811
    """Each address about things of shop 0042, with the form that an administrator is shown there."""
    mine, _foreign = two_shops
    User.objects.create(username="somebody", role=Role.SUPPORT, shops=[mine.store.pk])
    it = client_of(Role.IT_ADMINISTRATOR)
    fill_what_is_empty()
    return [(one, _form(it, one)) for one in addresses(of_shop(mine.store)) if one.route not in OWN]


def _form(client: Client, address: Address) -> Form:
    fields = _Fields()
    client.raise_request_exception = False  # rows made up may be too poor for a page
    with transaction.atomic():
        answer = client.get("/admin/jsi18n/" if address.route.endswith(PLAIN) else address.path)
        if answer.status_code == 200 and "html" in answer["Content-Type"]:
            fields.feed(answer.content.decode())
        _read(answer)
        transaction.set_rollback(True)
    for name in [name for name in fields.form if name.startswith("csrf")]:
        del fields.form[name]
    made_up = {
        "post": ["yes"],
        "confirmed": ["1"],
        "all": ["1"],
        "note": ["x"],
        "change_reason": ["x"],
    }
    return {**made_up, **{k: v for k, v in fields.form.items() if v != [""]}, **_ticked(address)}


def _read(answer: Any) -> None:
    """To its end, so that what it was read from is closed."""
    if answer.streaming:
        for _ in answer:
            pass


def _ticked(address: Address) -> Form:
    """For buttons of lists: every row."""
    if address.model is None:
        return {}
    keys = [str(key) for key in address.model._base_manager.values_list("pk", flat=True)[:20]]
    return {"chosen": keys, "_selected_action": keys, "action": ["delete_selected"]}


def _try(client: Client, address: Address, form: Form, method: str) -> None:
    with transaction.atomic():
        if method == "POST":
            _read(client.post(address.path, form))
        else:
            _read(client.generic(method, address.path, b"{}", content_type="application/json"))


def _browser(role: Role, number: str) -> Client:
    client = client_of(role, *Store.objects.filter(number=number))
    client.raise_request_exception = False
    return client


def test_who_may_not_changes_nothing_by_any_address_and_method(
    everything: list[tuple[Address, Form]],
) -> None:
    """Each sends every address what its form would send; one of them in turn comes by another method."""
    people = [
        (_browser(Role.AUDITOR, ""), READING_LEAVES + OF_AN_AUDITOR),
        (_browser(Role.SUPPORT, "0042"), READING_LEAVES),
        (_browser(Role.STORE_MANAGER, "0043"), READING_LEAVES),
    ]
    others = cycle(("PUT", "", "", "", "PATCH", "", "", "", "DELETE", "", ""))
    for _app, tried in groupby(everything, lambda one: one[0].path.split("/")[2]):
        each = list(tried)
        for client, leaves in people:
            with nothing_changes(but=leaves):
                for address, form in each:
                    _try(client, address, form, "POST")
                    if other := next(others):
                        _try(client, address, form, other)
    _same_by_an_administrator(everything)


def _same_by_an_administrator(everything: list[tuple[Address, Form]]) -> None:
    """They do change things, a third of all routes tried: else nothing was proved above."""
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username="it_administrator@shop"))
    effective = set()
    one_each = {one.route: (one, form) for one, form in everything}
    for address, form in list(one_each.values())[::3]:
        facts = AuditEntry.objects.exclude(action__in=("trail.viewed", "trail.exported"))
        before = facts.count()
        with transaction.atomic():
            _read(client.post(address.path, form))
            if not transaction.get_connection().needs_rollback and facts.count() > before:
                effective.add(address.route)
            transaction.set_rollback(True)
    assert len(effective) >= 8, sorted(effective)
