"""What the office is told to do, done by the project's own services; needs Django to be set up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.common.caller import Actor
from apps.inventory.commands import NewItem
from apps.inventory.services import ensure_items
from apps.returns.policy.settings import default_rules
from apps.returns.services import policies
from apps.stores.services import ensure_store
from apps.terminals import services
from apps.terminals.models import AccessToken, Credential, Terminal
from apps.terminals.services.rotation import RotationOrder
from apps.terminals.states import Scope
from client.simulate.catalogue import CATALOGUE

SHOPS = 4
_ACTOR = Actor(kind="command", id="soak", label="soak")
_SCOPES = [Scope.SELF, Scope.READ, Scope.SALES, Scope.RETURNS]
_DUE_IN = timedelta(minutes=5)


def prepare() -> None:
    """Goods, and a policy under which they may come back."""
    policies.ensure_words()
    policies.ensure_policy(name="Standard", rules=default_rules(), actor=_ACTOR, now=timezone.now())
    ensure_items([NewItem(article.sku, article.name) for article in CATALOGUE])


def add_registers(count: int) -> dict[str, Any]:
    """{"registers": [{"client_id", "store", "terminal", "code"}]}"""
    first = Terminal.objects.count()
    return {"registers": [_add_register(n) for n in range(first, first + count)]}


def issue_code(client_id: str) -> dict[str, Any]:
    terminal = Terminal.objects.get(pk=client_id)
    return {"code": services.issue_code(terminal, actor=_ACTOR, now=timezone.now())}


def order_rotation(client_ids: list[str]) -> dict[str, Any]:
    """{"registers": how many are told}"""
    now = timezone.now()
    terminals = Terminal.objects.in_bulk(client_ids).values()
    order = RotationOrder("soak", [t.pk for t in terminals], starts_at=now, rotate_by=now + _DUE_IN)
    rotation = services.order_rotation(order, actor=_ACTOR, now=now)
    return {"registers": rotation.targets.count()}


def revoke_token(token_hash: str) -> dict[str, Any]:
    token = AccessToken.objects.select_related("credential").get(
        token_hash=bytes.fromhex(token_hash)
    )
    services.revoke_token(token, actor=_ACTOR, now=timezone.now())
    return {}


def revoke_credential(kid: str) -> dict[str, Any]:
    credential = Credential.objects.get(thumbprint=kid)
    services.revoke_credential(credential, actor=_ACTOR, now=timezone.now())
    return {}


def revoke_terminal(client_id: str) -> dict[str, Any]:
    terminal = Terminal.objects.get(pk=client_id)
    services.revoke_terminal(terminal, actor=_ACTOR, now=timezone.now())
    return {}


def _add_register(n: int) -> dict[str, str]:
    now = timezone.now()
    shop = ensure_store(
        number=f"{n % SHOPS + 1:04d}", name=f"Shop {n % SHOPS + 1}", currency="EUR", country="DE",
        timezone="Europe/Berlin",
    )  # fmt: skip
    terminal = services.add_terminal(
        store=shop, number=f"{n // SHOPS + 1:02d}", label="", actor=_ACTOR, now=now,
        profile=services.ensure_profile(name="Register", scopes=[str(scope) for scope in _SCOPES]),
    )  # fmt: skip
    return {
        "client_id": str(terminal.pk),
        "store": shop.number,
        "terminal": terminal.number,
        **issue_code(str(terminal.pk)),
    }


ORDERS: dict[str, Callable[..., dict[str, Any]]] = {
    order.__name__: order
    for order in (
        add_registers, issue_code, order_rotation, revoke_token, revoke_credential, revoke_terminal,
    )
}  # fmt: skip
