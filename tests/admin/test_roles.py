"""Who may open and change what: by page, and by a request made by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client

from apps.accounts.models import LoginTries, Role, User
from apps.accounts.policy import is_allowed
from apps.audit.models import AuditEntry, Checkpoint
from apps.events.models import Event
from apps.idempotency.models import IdempotentRequest
from apps.insights.models import Alert
from apps.integrations.models import Delivery, Destination, Job, Mapping, SyncFlow, WebShop
from apps.inventory.models import Item, StockCount, StockLevel, StockMovement
from apps.refunds.models import Refund, StoreCredit
from apps.returns.models import (
    ConditionCode,
    CustomerReturn,
    PolicyVersion,
    ReasonCode,
    ReturnPolicy,
)
from apps.sales.models import Sale, SaleConflict
from apps.stores.models import Region, Store
from apps.terminals.models import AccessToken, Credential, Notice, Terminal, TerminalProfile
from tests.admin.helpers import page, read, registered, url
from tests.world import Register


@pytest.mark.parametrize("role", list(Role))
def test_each_list_opens_for_whom_the_policy_allows(
    register: Register, as_role: Callable[[Role], Client], role: Role
) -> None:
    client = as_role(role)

    for model in registered():
        permission = f"{model._meta.app_label}.view_{model._meta.model_name}"
        expected = 200 if is_allowed(role, permission) else 403
        assert client.get(url(model)).status_code == expected, (role, model)


def test_managers_see_neither_trail_nor_people_nor_requests_nor_webhooks(manager: Client) -> None:
    hidden = {m for m in registered() if manager.get(url(m)).status_code == 403}

    integrations = {m for m in registered() if m._meta.app_label == "integrations"}
    assert {Destination, Delivery, Job, Mapping, SyncFlow, WebShop} <= integrations
    assert (
        hidden
        >= {Alert, AuditEntry, Checkpoint, User, LoginTries, IdempotentRequest} | integrations
    )
    assert set(registered()) - hidden == {
        CustomerReturn, Sale, SaleConflict, Refund, StoreCredit, Item, StockLevel, StockMovement,
        StockCount, Store, Region, ReturnPolicy, PolicyVersion, ReasonCode, ConditionCode, Terminal,
        TerminalProfile, Notice, Credential, Event,
    }  # fmt: skip
    assert b"Trail entries" not in manager.get("/admin/").content


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.STORE_MANAGER])
def test_only_administrators_add_anything(as_role: Callable[[Role], Client], role: Role) -> None:
    client = as_role(role)

    answers = {client.post(url(model, "add"), {}).status_code for model in registered()}

    assert answers == {403}


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.STORE_MANAGER])
def test_only_administrators_change_or_delete(
    register: Register, as_role: Callable[[Role], Client], role: Role
) -> None:
    client = as_role(role)
    thing = register.store

    answers = [
        client.post(page(thing), {"name": "Mine"}).status_code,
        client.post(url(Store, "delete", thing.pk), {"post": "yes"}).status_code,
        client.post(url(Store, "history", thing.pk), {}).status_code,
        client.post(url(Store, "simple_history", thing.pk, thing.history.latest().pk)).status_code,
    ]

    assert answers[0] == answers[1] == answers[3] == 403
    thing.refresh_from_db()
    assert thing.name == "Shop 0042"


def test_an_old_version_cannot_be_posted_back_by_anybody(it: Client, register: Register) -> None:
    old = register.store.history.latest()

    response = it.post(url(Store, "simple_history", register.store.pk, old.pk), {"name": "Old"})

    assert response.status_code == 403


def test_strangers_are_sent_to_the_log_in(client: Client, db: None) -> None:
    for model in registered():
        assert client.get(url(model))["Location"].startswith("/admin/login/"), model


def test_tokens_and_groups_have_no_page() -> None:
    unseen: list[type[Model]] = [AccessToken, Group]

    assert not [model for model in unseen if admin.site.is_registered(model)]


@pytest.mark.parametrize("role", [Role.STORE_MANAGER, Role.SUPPORT])
def test_what_waits_for_approval_is_in_the_navigation_of_a_shop(
    as_role: Callable[[Role], Client], role: Role
) -> None:
    home = as_role(role).get("/admin/").content.decode()

    assert 'href="/admin/returns/customerreturn/waiting/"' in home
    assert "Import registers" not in home
    assert "Error queue" not in home


def test_who_reads_a_profile_finds_its_scopes_in_words(manager: Client, register: Register) -> None:
    text = read(manager, page(register.terminal.profile))

    assert "Decide and complete returns" in text
    assert "self, read" not in text


def test_the_only_shop_is_chosen_already(manager: Client, register: Register) -> None:
    asked = manager.get(url(ReturnPolicy, "which"))

    assert asked.context["form"].initial["store"] == register.store.pk
