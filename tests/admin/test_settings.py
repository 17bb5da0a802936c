"""What IT sets up by forms: each change is written to the trail; what is referenced stays."""

from __future__ import annotations

from django.test import Client

from apps.accounts.models import Role, User
from apps.audit.models import AuditEntry
from apps.inventory.models import Item
from apps.refunds.models import SandboxInstruction
from apps.returns.models import ReasonCode
from apps.stores.models import Region, Store
from tests.admin.helpers import actions, page, read, rows, text_of, url
from tests.world import Register

SHOP = {
    "number": "0042", "name": "Harbour", "region": "", "country": "DE",
    "timezone": "Europe/Berlin", "currency": "EUR", "opened_on": "", "closed_on": "",
    "cash_increment_minor": "0", "cash_mode": "half_up",
}  # fmt: skip


def test_a_changed_field_is_recorded_as_it_was_and_is(it: Client, register: Register) -> None:
    it.post(page(register.store), SHOP)

    entry = AuditEntry.objects.get(actor_kind="user")
    assert (entry.action, entry.subject_label) == ("store.changed", "0042 Harbour")
    assert entry.data == {"name": {"before": "Shop 0042", "after": "Harbour"}}
    assert entry.request_id
    assert "name Shop 0042 → Harbour" in read(it, page(entry))
    assert rows(it, AuditEntry, subject=f"store:{register.store.pk}") == 1
    assert "Shop 0042 → Harbour" in read(it, url(Store, "history", register.store.pk))


def test_saving_without_a_change_records_nothing(it: Client, register: Register) -> None:
    it.post(page(register.store), {**SHOP, "name": "Shop 0042"})

    assert actions() == []


def test_a_wrong_time_zone_is_said_beside_the_field(it: Client, db: None) -> None:
    text = text_of(it.post(url(Store, "add"), {**SHOP, "timezone": "Berlin"}))

    assert "Not a time zone of the IANA list" in text
    assert not Store.objects.exists()


def test_a_shop_that_is_referred_to_is_not_deleted(it: Client, register: Register) -> None:
    register.sell()

    response = it.post(url(Store, "delete", register.store.pk), {"post": "yes"}, follow=True)

    assert "cannot be deleted, since there are still: sales, stock levels" in text_of(response)
    assert Store.objects.exists()
    assert actions() == []


def test_what_nobody_refers_to_is_deleted_and_recorded(it: Client, db: None) -> None:
    region = Region.objects.create(name="South")

    it.post(url(Region, "delete", region.pk), {"post": "yes"})

    assert not Region.objects.exists()
    entry = AuditEntry.objects.get(actor_kind="user")
    assert (entry.action, entry.data["name"]) == ("region.deleted", "South")


def test_a_reason_that_was_used_is_not_deleted(it: Client, register: Register) -> None:
    register.take_back(register.sell(), "1")

    it.post(url(ReasonCode, "delete", "customer_remorse"), {"post": "yes"})
    it.post(url(ReasonCode, "delete", "late_delivery"), {"post": "yes"})

    assert ReasonCode.objects.filter(pk="customer_remorse").exists()
    assert not ReasonCode.objects.filter(pk="late_delivery").exists()


def test_an_unlisted_item_is_completed(it: Client, register: Register) -> None:
    register.sell()
    item = Item.objects.get()
    assert rows(it, Item, unlisted="yes") == 1

    it.post(page(item), {"sku": item.sku, "name": "Lantern", "unit": "each", "returnable": "on"})

    assert rows(it, Item, unlisted="yes") == 0
    entry = AuditEntry.objects.get(actor_kind="user")
    assert entry.data["unlisted"] == {"before": True, "after": False}
    assert rows(it, AuditEntry, subject=f"item:{item.sku}") == 1


def test_the_sandbox_is_told_how_to_behave(it: Client, db: None) -> None:
    it.post(url(SandboxInstruction, "add"), {"behaviour": "decline", "remaining": "2"})

    assert SandboxInstruction.objects.get().behaviour == "decline"
    assert actions() == ["sandboxinstruction.added"]


def test_a_person_is_added_with_a_role_and_may_log_in(it: Client, register: Register) -> None:
    secret = "calm-meadow-77-river"
    form = {
        "username": "mara", "role": "store_manager", "password1": secret, "password2": secret,
        "shops": [register.store.pk],
    }  # fmt: skip

    it.post(url(User, "add"), form)

    person = User.objects.get(username="mara")
    assert person.is_staff
    assert Client().login(username="mara", password=secret)
    entry = AuditEntry.objects.get(actor_kind="user")
    assert entry.action == "user.added"
    assert secret not in str(entry.data)
    assert person.password not in str(entry.data)


def test_a_password_is_set_without_being_recorded(it: Client, auditor: Client) -> None:
    person = User.objects.get(role=Role.AUDITOR)
    secret = "calm-meadow-77-river"

    it.post(f"{url(User)}{person.pk}/password/", {"password1": secret, "password2": secret})

    person.refresh_from_db()
    assert person.check_password(secret)
    entry = AuditEntry.objects.get(actor_kind="user")
    assert (entry.action, entry.data) == ("user.password_set", {})


def test_nobody_takes_their_own_role_away(it: Client) -> None:
    me = User.objects.get()

    it.post(page(me), {"username": me.username, "role": "auditor", "is_active": ""})

    me.refresh_from_db()
    assert (me.role, me.is_active) == (Role.IT_ADMINISTRATOR, True)


def test_no_page_shows_a_password_hash(it: Client, auditor: Client) -> None:
    person = User.objects.get(role=Role.AUDITOR)

    for client in (it, auditor):
        assert person.password not in client.get(page(person)).content.decode()


def test_people_are_deactivated_never_deleted(it: Client, auditor: Client) -> None:
    person = User.objects.get(role=Role.AUDITOR)

    assert it.post(url(User, "delete", person.pk), {"post": "yes"}).status_code == 403
    it.post(page(person), {"username": person.username, "role": "auditor", "is_active": ""})

    assert auditor.get("/admin/").status_code == 302
