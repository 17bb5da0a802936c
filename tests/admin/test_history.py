"""The history of settings: who, when, why; two versions side by side; one put back."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from apps.accounts.models import Role, User
from apps.audit.models import AuditEntry
from apps.common.admin import HistoryAdmin
from apps.integrations.models import Destination
from apps.returns.models import ConditionCode, PolicyVersion, ReasonCode
from apps.stores.models import Region, Store
from apps.terminals.models import Terminal
from tests.admin.conftest import client_of
from tests.admin.helpers import actions, page, read, registered, text_of, url
from tests.admin.test_settings import SHOP
from tests.books import nothing_changes
from tests.world import Register, make_register


@pytest.fixture
def changed(it: Client, register: Register) -> Store:
    """A shop that was renamed, with a reason."""
    it.post(page(register.store), {**SHOP, "change_reason": "Moved, ticket 77"})
    register.store.refresh_from_db()
    return register.store


def versions(thing: Store) -> tuple[int, int]:
    new, old = thing.history.order_by("-history_id")[:2]
    return old.history_id, new.history_id


def test_the_reason_stands_in_history_and_trail(it: Client, changed: Store) -> None:
    assert "Moved, ticket 77" in read(it, url(Store, "history", changed.pk))
    assert AuditEntry.objects.get(action="store.changed").reason == "Moved, ticket 77"
    newest = changed.history.latest()
    assert newest.history_user.username == "it_administrator@shop"


def test_two_versions_side_by_side(it: Client, changed: Store) -> None:
    old, new = versions(changed)

    text = read(it, url(Store, "compare", changed.pk), a=str(new), b=str(old))

    assert "Name Shop 0042 Harbour differs" in text
    assert "Country DE DE" in text


def test_versions_behind_the_thousandth_can_be_picked(it: Client, changed: Store) -> None:
    old, new = versions(changed)
    changed.history.filter(pk=new).update(history_id=12_345)

    shown = it.get(url(Store, "history", changed.pk)).content.decode()

    assert 'name="b" value="12345"' in shown
    assert "differs" in read(it, url(Store, "compare", changed.pk), a="12345", b=str(old))


def test_the_same_one_twice_is_no_comparison(it: Client, changed: Store) -> None:
    old, _new = versions(changed)

    answer = it.get(url(Store, "compare", changed.pk), {"a": old, "b": old})

    assert answer["Location"] == url(Store, "history", changed.pk)


def test_a_version_is_put_back_through_the_form(it: Client, changed: Store) -> None:
    old, _new = versions(changed)
    address = url(Store, "restore", changed.pk, old)
    assert "Harbour Shop 0042" in read(it, address)

    it.post(address, {"change_reason": "Was wrong"})

    changed.refresh_from_db()
    assert changed.name == "Shop 0042"
    assert actions()[-2:] == ["store.changed", "store.restored"]
    assert changed.history.latest().history_change_reason == "Was wrong"


def test_what_does_not_fit_any_more_is_not_put_back(it: Client, changed: Store) -> None:
    old, _new = versions(changed)
    changed.history.filter(history_id=old).update(currency="ZZ9")

    with nothing_changes():
        answer = it.post(url(Store, "restore", changed.pk, old), {})

    assert "Not a currency" in answer.content.decode()


def test_of_a_register_only_its_label_comes_back(it: Client, register: Register) -> None:
    terminal = register.terminal
    terminal.label = "By the door"
    terminal.save()
    old = terminal.history.earliest()
    other = make_register(store="0043", number="04").terminal.profile
    type(old).objects.filter(pk=old.pk).update(profile_id=other.pk, label="Till 3")

    it.post(url(Terminal, "restore", terminal.pk, old.history_id), {})

    terminal.refresh_from_db()
    assert terminal.label == "Till 3"


def test_which_settings_may_be_put_back() -> None:
    sites = {m: admin.site._registry[m] for m in registered()}
    found = {
        m for m, owner in sites.items() if isinstance(owner, HistoryAdmin) and owner.restorable
    }

    assert found == {Store, Region, Terminal, Destination, ReasonCode, ConditionCode}


def test_policies_and_people_are_not_put_back(it: Client, register: Register) -> None:
    for thing in (PolicyVersion.objects.get(), User.objects.get()):
        version = thing.history.latest()
        address = url(type(thing), "restore", thing.pk, version.history_id)
        assert it.post(address, {}).status_code == 403


def test_no_version_of_a_person_shows_a_secret(it: Client, auditor: Client) -> None:
    person = User.objects.get(role=Role.AUDITOR)
    person.first_name = "Ada"
    person.save()
    new, old = person.history.all()[:2]

    text = read(it, url(User, "compare", person.pk), a=str(new.pk), b=str(old.pk))

    assert "Ada differs" in text
    assert "assword" not in text


def test_who_may_not_change_it_compares_and_puts_nothing_back(
    auditor: Client, changed: Store
) -> None:
    old, new = versions(changed)

    assert "differs" in read(auditor, url(Store, "compare", changed.pk), a=str(old), b=str(new))
    assert auditor.post(url(Store, "restore", changed.pk, old), {}).status_code == 403


def test_histories_of_other_shops_are_not_there(changed: Store) -> None:
    other = make_register(store="0043", number="04").store
    client = client_of(Role.STORE_MANAGER, other)
    old, new = versions(changed)

    for address in (
        url(Store, "history", changed.pk),
        url(Store, "simple_history", changed.pk, old),
        url(Store, "compare", changed.pk) + f"?a={old}&b={new}",
        url(Store, "restore", changed.pk, old),
    ):
        assert client.get(address).status_code == 404, address


def test_words_have_a_history_from_the_start(it: Client, register: Register) -> None:
    reason = ReasonCode.objects.first()
    assert reason is not None

    assert reason.history.count() == 1
    assert "History" in it.get(page(reason)).content.decode()


def test_where_reasons_are_required_nothing_changes_without_one(
    it: Client, register: Register, settings: Any
) -> None:
    settings.REASON_REQUIRED = True
    shop = register.store
    with nothing_changes():
        assert "This field is required." in it.post(page(shop), SHOP).content.decode()
    assert it.post(page(shop), {**SHOP, "change_reason": "Ticket 7"}).status_code == 302
    assert shop.history.latest().history_change_reason == "Ticket 7"


def test_shops_and_regions_of_a_person_are_named(it: Client, register: Register) -> None:
    north = Region.objects.create(name="North")
    person = User.objects.create(username="ines", role=Role.SUPPORT, regions=[north.pk])
    person.shops = [register.store.pk, 2_000_000]
    person.save()
    new, old = person.history.order_by("-history_id")[:2]

    text = read(it, url(User, "compare", person.pk), a=str(new.pk), b=str(old.pk))

    assert "0042 Shop 0042, one that is gone (2000000)" in text
    assert "North" in text


def test_the_list_says_what_changed_in_words(manager: Client, register: Register) -> None:
    version = PolicyVersion.objects.get()

    text = read(manager, url(PolicyVersion, "history", version.pk))

    assert "Status: Draft → In force" in text
    assert "None" not in text
    assert "+00:00" not in text


def test_one_version_is_read_and_not_edited(it: Client, changed: Store) -> None:
    old, _new = versions(changed)

    page_ = it.get(url(Store, "simple_history", changed.pk, old))
    text = text_of(page_)

    assert "As it was from" in text
    assert "Name Shop 0042" in text
    assert b"<input" not in page_.content.partition(b"<main")[2]


def test_a_version_of_a_policy_says_its_rules_without_a_document(
    manager: Client, register: Register
) -> None:
    version = PolicyVersion.objects.get()

    text = read(
        manager, url(PolicyVersion, "simple_history", version.pk, version.history.latest().pk)
    )

    assert "window days 30" in text
    assert "{" not in text


@pytest.mark.parametrize("version", ["abc", "424242", "9" * 23])
@pytest.mark.parametrize("key", ["", "zz"])
def test_an_address_typed_by_hand_leads_nowhere(
    it: Client, register: Register, key: str, version: str
) -> None:
    address = url(Terminal, "history", key or register.terminal.pk)

    assert it.get(f"{address}{version}/").status_code == 404
