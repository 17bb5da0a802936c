"""Registers that listen, and what they are told, by the project's own services."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.common.caller import Actor
from apps.events import services as events
from apps.events.commands import News, Place
from apps.stores.models import Store
from apps.stores.services import ensure_store
from apps.terminals.services import add_terminal, ensure_profile, issue_secret, issue_token
from apps.terminals.states import Scope

_ACTOR = Actor(kind="command", id="bench", label="bench")
# About as much as a completed return says.
_DATA = {
    "number": "R-BENCH-000001",
    "lines": [
        {"sale_line": n, "sku": f"BENCH-{n:04d}", "quantity": "1", "refund": 1500} for n in (1, 2)
    ],
}


def registers(count: int, shops: int) -> list[str]:
    """Tokens of so many new registers, spread over so many new shops."""
    profile = ensure_profile(name="Register", scopes=list(Scope.values))
    return [_token(f"L{n % shops:03d}", f"{n // shops:02d}", profile) for n in range(count)]


def tell_all(tag: str) -> float:
    """News for all shops; the moment at which they had been committed."""
    return _tell(tag, Place(None, "", "", timezone.now()))


def tell_one_shop(tag: str) -> float:
    shop = Store.objects.get(number="L000")
    return _tell(tag, Place(shop.pk, shop.number, "00", timezone.now()))


def _tell(tag: str, place: Place) -> float:
    with transaction.atomic():
        news = News("bench.done", "bench", tag, {**_DATA, "tag": tag})
        events.tell([news], place=place, now=timezone.now())
    return monotonic()


def _token(shop: str, number: str, profile: Any) -> str:
    now = timezone.now()
    store = ensure_store(
        number=shop, name=f"Shop {shop}", currency="EUR", country="DE", timezone="Europe/Berlin"
    )
    terminal = add_terminal(
        store=store, number=number, label="", actor=_ACTOR, now=now, profile=profile
    )
    secret = issue_secret(terminal, actor=_ACTOR, now=now)
    return issue_token(client_id=str(terminal.pk), client_secret=secret, scope="", now=now).token


ORDERS: dict[str, Callable[..., Any]] = {
    order.__name__: order for order in (registers, tell_all, tell_one_shop)
}
