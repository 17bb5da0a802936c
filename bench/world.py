"""What the load needs to find, made through the project's own services; needs Django to be set up."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.common.caller import Actor
from apps.inventory.commands import NewItem
from apps.inventory.services import ensure_items
from apps.returns.policy.settings import default_rules
from apps.returns.services import policies
from apps.stores.services import ensure_store
from apps.terminals.services import add_terminal, ensure_profile, issue_secret, issue_token
from apps.terminals.states import Scope
from bench.messages import SKUS, return_body, sale_body

SHOPS = 4
REGISTERS = 16
_ACTOR = Actor(kind="command", id="bench", label="bench")


def make_world() -> dict[str, Any]:
    """Shops, goods, a policy, and registers with tokens; with what a call costs in statements."""
    policies.ensure_words()
    policies.ensure_policy(name="Standard", rules=default_rules(), actor=_ACTOR, now=timezone.now())
    ensure_items([NewItem(sku, f"Item {sku}") for sku in SKUS])
    tokens = [_token(n) for n in range(REGISTERS)]
    return {"tokens": tokens, "statements": count_statements(tokens[0])}


def _token(n: int) -> str:
    now = timezone.now()
    shop = ensure_store(
        number=f"{n % SHOPS + 1:04d}", name=f"Shop {n % SHOPS + 1}", currency="EUR", country="DE",
        timezone="Europe/Berlin",
    )  # fmt: skip
    terminal = add_terminal(
        store=shop, number=f"{n // SHOPS + 1:02d}", label="", actor=_ACTOR, now=now,
        profile=ensure_profile(name="Register", scopes=list(Scope.values)),
    )  # fmt: skip
    secret = issue_secret(terminal, actor=_ACTOR, now=now)
    return issue_token(client_id=str(terminal.pk), client_secret=secret, scope="", now=now).token


def count_statements(token: str) -> dict[str, int]:
    """Round trips to PostgreSQL a call, BEGIN and COMMIT among them, counted on a second call each."""
    counts = {}
    for number in (1, 2):
        receipt = f"COUNTED-RECEIPT-{number}"
        sale = sale_body(receipt, number, timezone.now(), Random(number))
        counts = {
            "nothing": _count(token, "GET", "terminals/self"),
            "sales": _count(token, "POST", "sales", sale, f"{receipt}-sale"),
            "returns": _count(token, "POST", "returns", return_body(receipt), f"{receipt}-return"),
        }
    return counts


def _count(token: str, method: str, path: str, body: Any = None, key: str = "") -> int:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Host": "127.0.0.1"}
    content = b"" if body is None else json.dumps(body).encode()
    with CaptureQueriesContext(connection) as captured:
        response = Client(headers=headers).generic(
            method, f"/api/v1/{path}", content, "application/json"
        )
    if response.status_code >= 300:
        raise RuntimeError(f"{method} {path} was answered {response.status_code}.")
    return len(captured)
