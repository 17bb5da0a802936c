"""Orders as Shopify posts them, made up here, and how they are posted."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.integrations.models import InboundMessage, WebShop
from apps.integrations.services import add_shop, apply_due_messages
from apps.sales.models import Sale
from apps.stores.services import ensure_store
from tests.world import SETUP

SECRET = "hush-9f2c41d07be84a1b"
_ids = count(5_678_901_234_001)
_SAMPLES = Path(__file__).parents[3] / "../shared/samples/shopify"


@dataclass
class Shop:
    """A web shop that posts over HTTP, signed."""

    row: WebShop
    secret: str = SECRET
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    @property
    def address(self) -> str:
        return f"/api/v1/inbound/shopify/{self.row.pk}"

    def post(self, topic: str, body: Any, **headers: str) -> Any:
        """The answer; a fresh id, and the shop's own signature unless another is given."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": signed(raw, self.secret),
            "X-Shopify-Shop-Domain": "quiet-harbour.myshopify.com",
            "X-Shopify-Webhook-Id": f"w-{next(_ids)}",
            "X-Shopify-Event-Id": f"e-{next(_ids)}",
            **headers,
        }
        return self.client.generic(
            "POST", self.address, raw, content_type="application/json", headers=sent
        )

    def tell(self, topic: str, body: Any, **headers: str) -> InboundMessage:
        """Post it, have the worker apply it, and give back what it became."""
        response = self.post(topic, body, **headers)
        assert response.status_code == 200, response.content
        apply_due_messages(clock=timezone.now)
        return InboundMessage.objects.order_by("-pk")[0]


def make_shop(**changes: Any) -> Shop:
    store = ensure_store(
        number="0900", name="Online", currency="EUR", country="DE", timezone="Europe/Berlin"
    )
    given = {
        "name": "Quiet Harbour", "store": store, "receipt_prefix": "WS-",
        "domain": "quiet-harbour.myshopify.com", "secret": SECRET, **changes,
    }  # fmt: skip
    shop, _ = add_shop(**given, actor=SETUP, now=timezone.now())
    return Shop(shop)


def signed(raw: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()


def tax(price: str, rate: float = 0.19, title: str = "MwSt") -> dict[str, Any]:
    return {"title": title, "price": price, "rate": rate}


def item(
    price: str, *, quantity: int = 1, off: str = "0.00", taxes: Any = (), **changes: Any
) -> dict[str, Any]:
    number = next(_ids)
    return {
        "id": number, "variant_id": number + 1, "title": "Heart T-light holder", "sku": "85123A",
        "name": "Heart T-light holder - white", "quantity": quantity, "price": price,
        "total_discount": "0.00", "gift_card": False, "tax_lines": list(taxes),
        "discount_allocations": [{"amount": off, "discount_application_index": 0}] if off != "0.00" else [],
        **changes,
    }  # fmt: skip


def shipping(price: str, *, taxes: Any = (), **changes: Any) -> dict[str, Any]:
    return {
        "id": next(_ids), "title": "DHL", "price": price, "discounted_price": price,
        "tax_lines": list(taxes), "discount_allocations": [], **changes,
    }  # fmt: skip


def order(*items: dict[str, Any], total: str, **changes: Any) -> dict[str, Any]:
    """A paid order of today, with taxes in its prices."""
    number = next(_ids)
    now = datetime.now(UTC).isoformat()
    return {
        "id": number, "name": f"#{number % 10_000}", "created_at": now, "processed_at": now,
        "currency": "EUR", "financial_status": "paid", "taxes_included": True, "test": False,
        "total_price": total, "current_total_price": total, "total_discounts": "0.00",
        "total_tip_received": "0.00", "payment_gateway_names": ["shopify_payments"],
        "customer": {"id": 207_119_551, "email": "ines@example.org", "first_name": "Ines"},
        "email": "ines@example.org", "line_items": list(items), "shipping_lines": [], "refunds": [],
        "billing_address": {"address1": "Hafenstr. 7"}, "checkout_id": 38_572_049_105_190, **changes,
    }  # fmt: skip


def refund(
    of: dict[str, Any], *rows: tuple[int, int], paid: str = "0.00", **changes: Any
) -> dict[str, Any]:
    """A refund of an order: (place of the line, pieces), and what was paid back."""
    lines = of["line_items"]
    return {
        "id": next(_ids), "order_id": of["id"], "created_at": datetime.now(UTC).isoformat(),
        "refund_line_items": [
            {"line_item_id": lines[place]["id"], "quantity": pieces} for place, pieces in rows
        ],
        "transactions": [
            {"id": next(_ids), "kind": "refund", "status": "success", "amount": paid,
             "gateway": "shopify_payments", "currency": "EUR"}
        ] if paid != "0.00" else [],
        **changes,
    }  # fmt: skip


def payment(of: dict[str, Any], amount: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": next(_ids), "order_id": of["id"], "kind": "sale", "status": "success", "amount": amount,
        "currency": "EUR", "gateway": "shopify_payments", "authorization": "ch_3PqA",
        "payment_details": {"credit_card_company": "Visa", "credit_card_number": "•••• •••• •••• 4242"},
        **changes,
    }  # fmt: skip


def sale_of(body: dict[str, Any]) -> Sale:
    return Sale.objects.get(source_order_ref=str(body["id"]))


def lines_of(body: dict[str, Any]) -> list[tuple[str, str, int, int, int]]:
    """(SKU, quantity, unit price, discount, paid) of each line of the order's sale."""
    return [
        (line.item.sku, f"{line.quantity.normalize():f}", line.unit_price_minor, line.discount_minor,
         line.total_minor)
        for line in sale_of(body).lines.select_related("item").order_by("line_number")
    ]  # fmt: skip


def tenders_of(body: dict[str, Any]) -> list[tuple[str, int, str]]:
    """(kind, amount, processor) of each tender of the order's sale."""
    rows = sale_of(body).tenders.order_by("number")
    return [(row.kind, row.amount_minor, row.gateway) for row in rows]


def sample(name: str) -> dict[str, Any]:
    """One of Shopify's own examples; the test is skipped where they are not at hand."""
    path = _SAMPLES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"no samples of Shopify at {_SAMPLES}")
    found: dict[str, Any] = json.loads(path.read_text())[name]
    return found
