"""`POST inbound/shopify/{shop}`: signed, stored once, answered at once; nothing else leaves a trace."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.common import limits
from apps.common.errors import Invalid, StaleState
from apps.integrations.models import InboundMessage, WebShopHealth, WebShopSecret
from apps.integrations.services import (
    ShopRotationUnderWay,
    end_old_shop_secret,
    end_shop_overlaps,
    rotate_shop_secret,
    set_shop_status,
)
from apps.integrations.states import ShopStatus
from tests.books import books, nothing_changes
from tests.integrations.inward.orders import SECRET, Shop, item, make_shop, order, signed
from tests.world import SETUP, problem

BODY = order(item("20.00"), total="20.00")


def test_a_message_is_stored_and_answered_and_applied_later(shop: Shop) -> None:
    response = shop.post("orders/paid", BODY)

    assert (response.status_code, response.json()) == (200, {"status": "received"})
    message = InboundMessage.objects.get()
    assert (message.status, message.topic, message.label) == (
        "received",
        "orders/paid",
        f"WS-{BODY['name'][1:]}",
    )
    assert WebShopHealth.objects.get().last_received_at is not None


def test_storing_takes_a_few_statements(shop: Shop) -> None:
    with CaptureQueriesContext(connection) as seen:
        shop.post("orders/paid", BODY)

    assert len([q for q in seen if "SAVEPOINT" not in q["sql"]]) <= 4


def test_a_body_that_was_changed_leaves_nothing_but_a_count(shop: Shop) -> None:
    before = books()
    forged = {"X-Shopify-Hmac-Sha256": signed(b"another", SECRET)}

    response = shop.post("orders/paid", BODY, **forged)

    problem(response, 401, "signature-invalid")
    after = books()
    assert {t for t in before if before[t] != after[t]} == {
        "integrations_webshophealth", "audit_auditentry", "audit_unsealedentry",
    }  # fmt: skip
    assert WebShopHealth.objects.get().bad_signatures == 1
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.actor_kind, entry.data) == (
        "web_shop.bad_signature",
        "outside",
        {"count": 1},
    )


def test_the_trail_hears_of_bad_signatures_every_ten_minutes_at_most(shop: Shop) -> None:
    shop.secret = "a wrong secret of theirs"
    now = timezone.now()
    for seconds in (0, 1, 599, 600, 601):
        with time_machine.travel(now + timedelta(seconds=seconds), tick=False):
            assert shop.post("orders/paid", BODY).status_code == 401

    entries = AuditEntry.objects.filter(action="web_shop.bad_signature").order_by("id")
    assert [entry.data["count"] for entry in entries] == [1, 4]
    assert WebShopHealth.objects.get().bad_signatures == 5


@pytest.mark.parametrize("signature", ["", " ", "é", "x" * 5000, signed(b"", SECRET), "=="])
def test_what_is_no_signature_is_refused(shop: Shop, signature: str) -> None:
    response = shop.post("orders/paid", BODY, **{"X-Shopify-Hmac-Sha256": signature})

    problem(response, 401, "signature-invalid")
    assert not InboundMessage.objects.exists()


def test_an_address_that_keeps_forging_has_to_wait(
    shop: Shop, settings: Any, set_clock: Any
) -> None:
    settings.RATE_LIMIT_FAILURES = (1, 3)
    forged = {"X-Shopify-Hmac-Sha256": "no"}

    codes = [shop.post("orders/paid", BODY, **forged).status_code for _ in range(4)]

    assert codes == [401, 401, 401, 429]
    assert shop.post("orders/paid", BODY).status_code == 200
    assert limits.PREFIX


def test_another_shop_of_the_same_app_is_refused(shop: Shop) -> None:
    response = shop.post("orders/paid", BODY, **{"X-Shopify-Shop-Domain": "loud.myshopify.com"})

    problem(response, 401, "signature-invalid")


def test_unknown_and_disabled_web_shops_are_not_told_apart(shop: Shop) -> None:
    set_shop_status(shop.row, ShopStatus.DISABLED, actor=SETUP, now=timezone.now())
    with nothing_changes():
        problem(shop.post("orders/paid", BODY), 404, "not-found")
        shop.row.pk = uuid4()
        problem(shop.post("orders/paid", BODY), 404, "not-found")


@pytest.mark.parametrize("header", ["X-Shopify-Webhook-Id", "X-Shopify-Event-Id"])
def test_the_same_message_again_only_counts_up(shop: Shop, header: str) -> None:
    shop.post("orders/paid", BODY, **{header: "one"})

    again = shop.post("orders/paid", {**BODY, "note": "sent anew"}, **{header: "one"})

    assert again.json() == {"status": "duplicate"}
    assert InboundMessage.objects.get().times == 2


def test_the_same_bytes_again_are_the_same_message_whatever_id_they_bear(shop: Shop) -> None:
    shop.post("orders/paid", BODY)

    assert shop.post("orders/paid", BODY).json() == {"status": "duplicate"}
    assert InboundMessage.objects.get().times == 2


def test_one_event_may_be_told_under_two_topics(shop: Shop) -> None:
    one = {"X-Shopify-Event-Id": "one"}
    shop.post("orders/create", BODY, **one)

    assert shop.post("orders/paid", BODY, **one).json() == {"status": "received"}
    assert InboundMessage.objects.count() == 2


def test_messages_without_ids_are_told_apart_by_their_bytes(shop: Shop) -> None:
    none = {"X-Shopify-Webhook-Id": "", "X-Shopify-Event-Id": ""}
    shop.post("orders/paid", BODY, **none)

    assert shop.post("orders/paid", {**BODY, "note": "2"}, **none).json() == {"status": "received"}


@pytest.mark.parametrize("topic", ["products/update", "", "orders/fulfilled", "ORDERS/DELETED"])
def test_other_topics_are_answered_and_forgotten(shop: Shop, topic: str) -> None:
    with nothing_changes():
        assert shop.post(topic, BODY).json() == {"status": "ignored"}


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"1", b"\xff\xfe", b"[" * 100_000, b'{"id": null}', b'{"id": true}']
)
def test_a_signed_body_that_is_no_order_is_refused(shop: Shop, raw: bytes) -> None:
    with nothing_changes():
        problem(shop.post("orders/paid", raw), 400, "malformed-json")


def test_a_body_beyond_one_mebibyte_is_refused(shop: Shop) -> None:
    raw = json.dumps({**BODY, "note": "x" * 1024 * 1024}).encode()
    with nothing_changes():
        problem(shop.post("orders/paid", raw), 413, "body-too-large")


def test_names_addresses_and_notes_are_not_kept(shop: Shop) -> None:
    shop.post("orders/paid", {**BODY, "note": "call +49 40 1234", "unknown": {"deep": [1]}})

    kept = str(InboundMessage.objects.get().body)
    for part in ("ines@example.org", "Ines", "Hafenstr", "+49", "deep", "38572049105190"):
        assert part not in kept
    assert "5100" not in kept


def test_a_number_that_only_looks_like_a_card_stops_no_order(shop: Shop) -> None:
    """A checkout's id: 14 digits, the prefix of Diners, a valid check digit."""
    body = {**order(item("20.00"), total="20.00"), "checkout_id": 38_520_000_023_237}

    assert shop.tell("orders/paid", body).status == "applied"


def test_a_card_number_in_what_is_kept_is_taken_out(shop: Shop) -> None:
    body = order(item("20.00", name="paid with 4111 1111 1111 1111"), total="20.00")
    body["line_items"][0]["title"] = "4111111111111111"

    message = shop.tell("orders/paid", body)

    assert message.status == "applied"
    assert "4111" not in str(books())
    assert "[card number removed]" in str(message.body)


def test_nul_and_half_characters_stop_nothing(shop: Shop) -> None:
    raw = json.dumps(order(item("20.00", name="a\x00b \ud83d c"), total="20.00")).encode()

    assert shop.tell("orders/paid", raw).status == "applied"


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "text/plain", "", "image/png"]
)
def test_the_media_type_does_not_matter_since_the_bytes_are_signed(
    shop: Shop, content_type: str
) -> None:
    raw = json.dumps(BODY).encode()
    headers = {"X-Shopify-Topic": "orders/paid", "X-Shopify-Hmac-Sha256": signed(raw, SECRET),
               "X-Shopify-Shop-Domain": shop.row.domain}  # fmt: skip
    response = shop.client.generic(
        "POST", shop.address, raw, content_type=content_type, headers=headers
    )

    assert response.json() == {"status": "received"}


def test_only_post_is_answered(shop: Shop) -> None:
    with nothing_changes():
        problem(shop.client.get(shop.address), 405, "method-not-allowed")


def test_two_secrets_are_good_while_they_overlap(shop: Shop) -> None:
    now = timezone.now()
    new = rotate_shop_secret(shop.row, overlap=timedelta(hours=1), actor=SETUP, now=now)
    messages = [{**BODY, "note": str(n)} for n in range(4)]

    assert shop.post("orders/paid", messages[0]).status_code == 200
    shop.secret = new
    assert shop.post("orders/paid", messages[1]).status_code == 200
    with time_machine.travel(now + timedelta(hours=1, seconds=1)):
        assert shop.post("orders/paid", messages[2]).status_code == 200
        shop.secret = SECRET
        assert shop.post("orders/paid", messages[3]).status_code == 401


def test_there_is_never_a_third(shop: Shop) -> None:
    rotate_shop_secret(shop.row, actor=SETUP, now=timezone.now())

    with nothing_changes(), pytest.raises(ShopRotationUnderWay):
        rotate_shop_secret(shop.row, actor=SETUP, now=timezone.now())


def test_the_old_one_can_be_ended_at_once(shop: Shop) -> None:
    now = timezone.now()
    rotate_shop_secret(shop.row, actor=SETUP, now=now)

    end_old_shop_secret(shop.row, actor=SETUP, now=now)

    assert shop.post("orders/paid", BODY).status_code == 401
    assert WebShopSecret.objects.get(status="revoked").secret is None
    with pytest.raises(StaleState):
        end_old_shop_secret(shop.row, actor=SETUP, now=now)


def test_beat_forgets_the_old_one_when_its_time_is_over(shop: Shop) -> None:
    now = timezone.now()
    rotate_shop_secret(shop.row, actor=SETUP, now=now)

    assert end_shop_overlaps(actor=SETUP, now=now + timedelta(hours=23)) == 0
    assert end_shop_overlaps(actor=SETUP, now=now + timedelta(hours=24)) == 1
    assert WebShopSecret.objects.get(status="revoked").secret is None


def test_a_secret_is_given_or_made_and_never_short(shop: Shop) -> None:
    how: Any = {"overlap": timedelta(0), "actor": SETUP, "now": timezone.now()}
    given = rotate_shop_secret(shop.row, secret="a secret of Shopify's", **how)
    made = rotate_shop_secret(shop.row, **how)

    assert (given, len(made)) == ("a secret of Shopify's", 64)
    assert given not in str(books())
    with nothing_changes(), pytest.raises(Invalid, match="at least 16"):
        rotate_shop_secret(shop.row, secret="short", actor=SETUP, now=timezone.now())


def test_without_its_key_nothing_is_genuine_until_a_new_secret_is_set(
    db: None, settings: Any
) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    shop = make_shop()
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    problem(shop.post("orders/paid", BODY), 401, "signature-invalid")
    shop.secret = rotate_shop_secret(shop.row, actor=SETUP, now=timezone.now())

    assert shop.post("orders/paid", BODY).status_code == 200
