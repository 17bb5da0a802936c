"""A small world to test in: one shop, one register, a policy, and the words of the trade."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from django.test import Client
from django.utils import timezone

from apps.common.caller import Actor
from apps.returns.services import policies
from apps.stores.models import Store
from apps.stores.services import ensure_store
from apps.terminals.models import Terminal, TerminalProfile
from apps.terminals.services import add_terminal, ensure_profile, issue_secret, issue_token
from apps.terminals.states import Scope

SETUP = Actor(kind="command", id="tests", label="tests")
SOLD_AT = datetime(2026, 11, 20, 16, 41, 9, tzinfo=UTC)
_numbers = count(1)

ALL_SCOPES = [str(scope) for scope in Scope if scope != Scope.BACKDATE]


@dataclass
class Register:
    """A register that talks to the API over HTTP, with a token of its own."""

    terminal: Terminal
    secret: str
    token: str
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    @property
    def store(self) -> Store:
        return self.terminal.store

    def get(self, path: str, **params: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", params, headers=self._headers())

    def post(self, path: str, body: Any, *, key: str | None = None, **headers: str) -> Any:
        """POST JSON under a fresh Idempotency-Key, or the one given (`""`: none)."""
        given = f"test-key-{next(_numbers):012d}" if key is None else key
        if given:
            headers["Idempotency-Key"] = given
        return self.client.post(
            f"/api/v1/{path}", body, content_type="application/json", headers=self._headers(headers)
        )

    def _headers(self, more: dict[str, str] | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **(more or {})}

    def sell(self, **changes: Any) -> dict[str, Any]:
        """Take a sale in; the body that was sent. See `sale_body`."""
        body = sale_body(**changes)
        response = self.post("sales", body)
        assert response.status_code == 201, response.content
        return body

    def take_back(self, sale: dict[str, Any], quantity: str = "1", **changes: Any) -> Any:
        """Return some of the sale's first line, complete; the response."""
        body = return_body(sale, quantity, **changes)
        return self.post("returns", body)


def make_register(
    *,
    store: str = "0042",
    number: str = "03",
    scopes: list[str] | None = None,
    currency: str = "EUR",
) -> Register:
    """A register with token, in a shop with policy and words; shop and policy are made once."""
    now = timezone.now()
    shop = ensure_store(
        number=store,
        name=f"Shop {store}",
        currency=currency,
        country="DE",
        timezone="Europe/Berlin",
    )
    profile = ensure_profile(
        name="Register" if scopes is None else "-".join(scopes), scopes=scopes or ALL_SCOPES
    )
    policies.ensure_words()
    policies.ensure_policy(
        name="Standard",
        rules={"window": {"days": 30}, "authorization": {"hours": 24}},
        actor=SETUP,
        now=now,
    )
    terminal = add_terminal(
        store=shop, number=number, profile=profile, label="", actor=SETUP, now=now
    )
    secret = issue_secret(terminal, actor=SETUP, now=now)
    issued = issue_token(client_id=str(terminal.pk), client_secret=secret, scope="", now=now)
    return Register(terminal, secret, issued.token)


def profile_of(register: Register) -> TerminalProfile:
    return register.terminal.profile


def line(
    number: int = 1,
    *,
    sku: str = "85123A",
    quantity: str = "6",
    unit_price: int = 255,
    **changes: Any,
) -> dict[str, Any]:
    """A line whose total is quantity x price, with 20 % inclusive tax."""
    from decimal import Decimal

    from apps.common.money import extended_price, round_half_up

    total = extended_price(unit_price, Decimal(quantity))
    tax = round_half_up(Decimal(total) / 6)
    return {
        "line_number": number, "sku": sku, "description": f"Item {sku}", "quantity": quantity,
        "unit_price": unit_price, "discount": 0,
        "taxes": [{"code": "VAT-S", "rate": "0.20", "inclusive": True, "amount": tax}],
        "total": total, **changes,
    }  # fmt: skip


def sale_body(
    *,
    lines: list[dict[str, Any]] | None = None,
    tenders: list[dict[str, Any]] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """A sale whose numbers add up; paid in cash unless tenders are given."""
    n = next(_numbers)
    lines = lines or [line()]
    total = sum(row["total"] for row in lines) - sum(
        d["amount"] for d in changes.get("discounts", [])
    )
    return {
        "terminal": "03", "business_date": str(date(2026, 11, 20)), "sequence_number": n,
        "receipt_number": f"T-{n:06d}-K7QF", "sold_at": timezone.now().isoformat(), "currency": "EUR",
        "channel": "store", "operator": "1042", "customer": "C-20931", "lines": lines,
        "tenders": tenders if tenders is not None else [{"number": 1, "kind": "cash", "amount": total}],
        "total": total, **changes,
    }  # fmt: skip


def card(amount: int, *, number: int = 1, ref: str = "") -> dict[str, Any]:
    """A card tender at the sandbox processor."""
    return {
        "number": number, "kind": "card", "amount": amount, "gateway": "sandbox",
        "gateway_ref": ref or f"sbx_pay_{next(_numbers)}", "card_brand": "visa", "last4": "4242",
    }  # fmt: skip


def return_body(sale: dict[str, Any], quantity: str = "1", **changes: Any) -> dict[str, Any]:
    """A complete return of some of the sale's first line."""
    row = {
        "sale_line": 1,
        "quantity": quantity,
        "reason": "customer_remorse",
        "condition": "unopened",
    }
    return {
        "sale": {"receipt_number": sale["receipt_number"]}, "lines": [row], "refund_to": "original",
        "operator": "1042", "complete": True, **changes,
    }  # fmt: skip
