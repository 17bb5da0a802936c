"""Web shops and their messages in the admin."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.integrations.models import InboundMessage, WebShop, WebShopSecret
from apps.integrations.services import apply_due_messages
from apps.stores.models import Store
from apps.terminals.models import Terminal
from tests.admin.helpers import act, actions, page, read, rows, text_of, url
from tests.books import books, nothing_changes
from tests.integrations.inward.orders import SECRET, Shop, item, make_shop, order

pytestmark = pytest.mark.django_db
ACTS = ("rotate-secret", "end-old-secret", "disable", "enable")


@pytest.fixture
def online(db: None) -> Store:
    return Store.objects.create(
        number="0900", name="Online", currency="EUR", country="DE", timezone="Europe/Berlin"
    )


def form_of(store: Store, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Quiet Harbour", "store": store.pk, "receipt_prefix": "WS-",
        "domain": "quiet-harbour.myshopify.com", "secret": SECRET, "gateways": "", **changes,
    }  # fmt: skip


def test_one_is_added_with_shopifys_secret_and_a_register_of_its_own(
    it: Client, online: Store
) -> None:
    response = it.post(url(WebShop, "add"), form_of(online), follow=True)
    shop = WebShop.objects.get()

    assert f"/api/v1/inbound/shopify/{shop.pk}" in text_of(response)
    assert SECRET not in response.content.decode()
    assert SECRET not in str(books())
    register = Terminal.objects.get()
    assert (register.number, register.status, register.adapter) == ("WS", "pending", "shopify")
    assert Shop(shop).tell("orders/paid", order(item("20.00"), total="20.00")).status == "applied"
    assert actions() == ["terminal.added", "web_shop.added"]


def test_a_secret_that_was_made_here_is_shown_this_once(it: Client, online: Store) -> None:
    response = it.post(url(WebShop, "add"), form_of(online, secret=""))
    secret = WebShopSecret.objects.get().secret

    assert secret is not None
    assert secret in text_of(response)
    assert "no-store" in response["Cache-Control"]
    assert secret not in it.get(page(WebShop.objects.get())).content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"secret": "short"}, "at least 16 characters"),
        ({"receipt_prefix": "W S"}, "Letters, digits and hyphens."),
        ({"domain": "https://x"}, "Such as quiet-harbour.myshopify.com."),
        ({"gateways": "stripe: kind=gold"}, "has an unknown kind"),
        ({"gateways": "stripe: ref=x"}, "kind, gateway and reference only"),
        ({"gateways": "stripe: card"}, "“card” cannot be read."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    it: Client, online: Store, changes: dict[str, str], said: str
) -> None:
    with nothing_changes():
        assert said in text_of(it.post(url(WebShop, "add"), form_of(online, **changes)))


def test_a_prefix_belongs_to_one_web_shop(it: Client, online: Store) -> None:
    it.post(url(WebShop, "add"), form_of(online))
    with nothing_changes():
        again = it.post(url(WebShop, "add"), form_of(online, name="Other"))
        assert "already exists" in text_of(again)


def test_its_shop_and_prefix_stay_as_they_are(it: Client) -> None:
    shop = make_shop().row

    form = {
        "name": "Loud Harbour",
        "domain": "",
        "gateways": "stripe: kind=card gateway=stripe",
        "receipt_prefix": "X-",
    }
    it.post(page(shop), {**form, "secrets-TOTAL_FORMS": 0, "secrets-INITIAL_FORMS": 0})

    shop.refresh_from_db()
    assert (shop.name, shop.domain, shop.receipt_prefix) == ("Loud Harbour", "", "WS-")
    assert shop.gateways == {"stripe": {"kind": "card", "gateway": "stripe"}}
    assert actions() == ["web_shop.changed"]


def test_the_secret_is_rotated_with_one_that_is_given(it: Client) -> None:
    shop = make_shop()
    new = "the new secret of Shopify"

    response = it.post(
        act(shop.row, "rotate-secret"), {"secret": new, "overlap": "1 h"}, follow=True
    )

    assert "The new secret counts from now on." in text_of(response)
    assert new not in response.content.decode()
    for secret in (SECRET, new):
        shop.secret = secret
        assert shop.tell("orders/paid", order(item("20.00"), total="20.00")).status == "applied"
    assert "Rotate the secret" not in read(it, page(shop.row))
    it.post(act(shop.row, "end-old-secret"))
    shop.secret = SECRET
    assert shop.post("orders/paid", {"id": 1}).status_code == 401
    assert actions() == ["web_shop.secret_rotated", "web_shop.secret_ended"]


def test_one_is_disabled_and_enabled_again_and_never_deleted(it: Client) -> None:
    shop = make_shop()
    it.post(act(shop.row, "disable"))
    assert shop.post("orders/paid", {"id": 1}).status_code == 404
    it.post(act(shop.row, "enable"))

    assert shop.post("orders/paid", {"id": 1}).status_code == 200
    assert it.post(url(WebShop, "delete", shop.row.pk), {"post": "yes"}).status_code == 403


def test_bad_signatures_are_counted_on_its_page(it: Client) -> None:
    shop = make_shop()
    shop.secret = "another secret of theirs"
    shop.post("orders/paid", {"id": 1})

    assert "Bad signatures 1 just now" in read(it, page(shop.row))


def test_a_message_says_what_it_became_and_why(it: Client, shop: Shop) -> None:
    body = order(item("20.00"), total="21.00")
    message = shop.tell("orders/paid", body)
    text = read(it, page(message))

    assert "rejected" in text.lower()
    assert "numbers The lines do not add up to what was paid: 20.00 EUR, paid 21.00 EUR." in text
    assert '"sku": "85123A"' in text
    for term in (message.label, str(body["id"]), str(message.pk)):
        assert rows(it, InboundMessage, q=term) == 1, term
    assert rows(it, InboundMessage, q="WS-404") == 0
    assert rows(it, InboundMessage, status="rejected", shop=str(shop.row.pk)) == 1


def test_it_is_tried_again_or_put_away_with_a_note(it: Client, shop: Shop) -> None:
    body = order(item("20.00"), total="20.00", currency="USD")
    first, second = (
        shop.tell("orders/paid", body),
        shop.tell("orders/create", order(item("1.00"), total="2.00")),
    )
    Store.objects.filter(number="0900").update(currency="USD")

    it.post(act(first, "again"))
    apply_due_messages(clock=timezone.now)
    it.post(act(second, "resolve"), {"note": "Typed in."})

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status, second.note) == ("applied", "resolved", "Typed in.")
    assert read(it, page(first)).count(f"WS-{body['name'][1:]}") >= 2
    assert actions() == ["web_shop_message.tried_again", "web_shop_message.resolved"]


def test_an_auditor_looks_and_presses_nothing(auditor: Client, shop: Shop) -> None:
    message = shop.tell("orders/paid", order(item("20.00"), total="21.00"))

    with nothing_changes():
        for name in ACTS:
            assert auditor.post(act(shop.row, name)).status_code == 403
        for name in ("again", "resolve"):
            assert auditor.post(act(message, name)).status_code == 403
        assert auditor.post(page(message), {"status": "applied"}).status_code == 403
    for thing in (shop.row, message):
        assert auditor.get(page(thing)).status_code == 200


def test_lists_take_the_same_few_statements_whatever_the_rows(it: Client) -> None:
    shop = make_shop()

    def statements() -> list[int]:
        counts = []
        for model in (WebShop, InboundMessage):
            with CaptureQueriesContext(connection) as seen:
                assert it.get(url(model)).status_code == 200
            counts.append(len(seen))
        return counts

    shop.tell("orders/paid", order(item("20.00"), total="21.00"))
    few = statements()
    for number in range(10):
        shop.tell("orders/paid", order(item("20.00"), total="20.00"))
        make_shop(name=f"{number}", receipt_prefix=f"W{number}-")

    assert statements() == few
    assert max(few) <= 7


@pytest.mark.parametrize("role", ["it", "auditor"])
def test_pages_keep_to_the_content_policy(
    shop: Shop, role: str, request: pytest.FixtureRequest
) -> None:
    client: Client = request.getfixturevalue(role)
    message = shop.tell(
        "orders/paid", order(item("20.00", name="<script>x</script>"), total="20.00")
    )
    for address in (url(WebShop), page(shop.row), url(InboundMessage), page(message)):
        body = client.get(address).content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", body), address
        assert "object (" not in body, address
