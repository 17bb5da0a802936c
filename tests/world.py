"""A small world to test in: one shop, one register, a policy, and the words of the trade."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

from django.test import Client
from django.utils import timezone

from apps.approvals import services as approvals
from apps.approvals.models import ApprovalLevel, Approver
from apps.common.caller import Actor
from apps.inventory.models import Item, StockLevel, StockMovement
from apps.refunds.services import execute_due_refunds
from apps.returns.models import PolicyVersion, ReturnPolicy
from apps.returns.services import policies
from apps.stores.models import Store
from apps.stores.services import ensure_store
from apps.terminals.models import Terminal, TerminalProfile
from apps.terminals.services import add_terminal, ensure_profile, issue_secret, issue_token
from apps.terminals.states import Scope

SETUP = Actor(kind="command", id="tests", label="tests")
SOLD_AT = datetime(2026, 11, 20, 16, 41, 9, tzinfo=UTC)
_numbers = count(1)
_T = TypeVar("_T")

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

    def send(
        self,
        path: str,
        raw: bytes,
        *,
        content_type: str = "application/json",
        key: str | None = None,
    ) -> Any:
        """POST these very bytes, under a fresh Idempotency-Key or the one given."""
        given = f"test-key-{next(_numbers):012d}" if key is None else key
        return self.client.generic(
            "POST",
            f"/api/v1/{path}",
            raw,
            content_type=content_type,
            headers=self._headers({"Idempotency-Key": given}),
        )

    def alone(self) -> Register:
        """The same register with an HTTP client of its own, for a thread of its own."""
        return replace(self, client=Client(raise_request_exception=False))

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

    def authorize(self, sale: dict[str, Any], quantity: str = "1", **changes: Any) -> Any:
        """Have a return of some of the sale's first line authorized; what was answered."""
        response = self.take_back(sale, quantity, complete=False, **changes)
        assert response.json()["status"] == "authorized", response.content
        return response.json()

    def complete(self, authorized: dict[str, Any], *lines: dict[str, Any]) -> Any:
        """Bring the goods of an authorized return: all of them, or what `lines` say."""
        return self.post(f"returns/{authorized['id']}/complete", {"lines": list(lines)})

    def wait(self, quantity: str = "2", **asked: Any) -> Any:
        """Have a return wait for a manager, since it comes too late; what was answered."""
        publish_policy(rules=LATE)
        sale = self.sell(sold_at="2026-01-20T16:41:09+01:00")
        answer = self.take_back(sale, quantity, complete=False, **asked)
        assert answer.json()["status"] == "needs_override", answer.content
        return answer.json()

    def override(self, one: dict[str, Any], *, key: str | None = None, **changes: Any) -> Any:
        """Have approver 2001 allow it with PIN; the response."""
        body = {"approver": "2001", "pin": PIN, "reason": "A good customer", **changes}
        return self.post(f"returns/{one['id']}/override", body, key=key)

    def void(self, one: dict[str, Any], reason: str = "") -> Any:
        return self.post(f"returns/{one['id']}/void", {"reason": reason})

    def count_stock(self, sku: str, counted: str) -> None:
        """Make this what is on the shelf, of an item made now if it is not known."""
        make_item(sku)
        response = self.post("stock/counts", {"sku": sku, "counted": counted})
        assert response.status_code == 201, response.content


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


def return_line(sale_line: int = 1, quantity: str = "1", **changes: Any) -> dict[str, Any]:
    """A line of a return, unopened and by remorse unless told otherwise."""
    return {
        "sale_line": sale_line, "quantity": quantity, "reason": "customer_remorse",
        "condition": "unopened", **changes,
    }  # fmt: skip


def exchange_line(sku: str, quantity: str = "1", unit_price: int = 255) -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity, "unit_price": unit_price}


REMOVED = object()
"""For `changed`: take the field out."""


def changed(body: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """A copy of the body with one field, named like `lines[0].quantity`, set or taken out."""
    made = copy.deepcopy(body)
    *way, last = [
        int(step) if step.isdigit() else step
        for step in place.replace("[", ".").replace("]", "").split(".")
    ]
    target: Any = made
    for step in way:
        target = target[step]
    if value is REMOVED:
        del target[last]
    else:
        target[last] = value
    return made


def to_bytes(body: Any) -> bytes:
    return json.dumps(body).encode()


def make_item(sku: str, **flags: Any) -> Item:
    """The item with that SKU, with these flags."""
    return Item.objects.update_or_create(sku=sku, defaults={"name": f"Item {sku}", **flags})[0]


def level(sku: str, store: str = "0042") -> Any:
    return StockLevel.objects.get(item__sku=sku, store__number=store)


def buckets(sku: str, store: str = "0042") -> dict[str, Any]:
    """The sums of an item's movements in a shop, by bucket."""
    sums: dict[str, Any] = {}
    for bucket, quantity in StockMovement.objects.filter(
        item__sku=sku, store__number=store
    ).values_list("bucket", "quantity"):
        sums[bucket] = sums.get(bucket, Decimal(0)) + quantity
    return sums


PIN = "482915"


def make_approver(
    number: str = "2001", *, pin: str = PIN, most: int | None = None, **fields: Any
) -> Approver:
    """Somebody with that PIN who may approve anything anywhere; with `most`, EUR up to that in shop 0042."""
    limits = {} if most is None else {"EUR": most}
    level, _ = ApprovalLevel.objects.get_or_create(
        name="Any amount" if most is None else f"Up to {most}",
        defaults={"unlimited": most is None, "limits": limits},
    )
    given = {"name": "Mia Ranke", "level": level, "everywhere": most is None, **fields}
    approver = Approver.objects.create(number=number, **given)
    if most is not None:
        approver.stores.add(Store.objects.get(number="0042"))
    approvals.set_pin(approver, pin, actor=SETUP, now=timezone.now())
    return approver


LATE = {
    "window": {"days": 0, "late": "override"},
    "authorization": {"hours": 24, "approval_hours": 2},
}
"""Rules under which a manager decides on what comes too late."""


def publish_policy(
    name: str = "Standard",
    *,
    days: int = 30,
    hours: int = 24,
    rules: dict[str, Any] | None = None,
    **scope: Any,
) -> PolicyVersion:
    """Put a new version of a policy in force, making the policy with this scope if there is none.

    `rules` are further groups of settings, or replace the two.
    """
    policy, _ = ReturnPolicy.objects.get_or_create(name=name, defaults=scope)
    least = {"window": {"days": days}, "authorization": {"hours": hours}}
    draft = policies.draft_version(
        policy, rules={**least, **(rules or {})}, actor=SETUP, now=timezone.now()
    )
    return policies.publish(draft, actor=SETUP, now=timezone.now())


def pay_out() -> int:
    """Have the worker carry out every refund that is due."""
    return execute_due_refunds(clock=timezone.now)


PROBLEM_MEMBERS = {"type", "code", "title", "status", "detail", "errors", "request_id"}


def problem(
    response: Any, status: int, code: str, *, media_type: str = "application/problem+json"
) -> dict[str, Any]:
    """The problem document, after seeing that it is whole and the one that was expected."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == media_type
    document: dict[str, Any] = response.json()
    assert set(document) >= PROBLEM_MEMBERS
    assert (document["code"], document["status"]) == (code, status)
    assert document["type"].endswith(f"/problems/{code}")
    assert document["title"]
    assert document["detail"]
    assert document["request_id"] == response["X-Request-Id"]
    return document
