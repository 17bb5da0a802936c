"""Web shops: adding one with the register it speaks through, its secrets, and whether it may speak."""

from __future__ import annotations

import secrets as random
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.common.errors import Conflict, Invalid, StaleState
from apps.common.keyring import UnreadableSecret
from apps.integrations.locks import lock_shop
from apps.integrations.models import WebShop, WebShopHealth, WebShopSecret
from apps.integrations.states import SECRET_TRANSITIONS, SecretStatus, ShopStatus
from apps.stores.models import Store
from apps.terminals.models import Terminal
from apps.terminals.services import add_terminal, ensure_profile
from apps.terminals.states import Scope

PROFILE = "Web shop"
ADAPTER = "shopify"
OVERLAP = timedelta(hours=24)
MAX_OVERLAP = timedelta(days=30)
LEAST_SECRET = 16
_HINT_LENGTH = 6


class NoSecret(Conflict):
    """Nothing can be verified: there is no secret, or none that can be read."""


class ShopRotationUnderWay(Conflict):
    """Two secrets are good already."""


@transaction.atomic
def add_shop(
    *,
    name: str,
    store: Store,
    receipt_prefix: str,
    domain: str = "",
    gateways: dict[str, Any] | None = None,
    secret: str = "",
    actor: Actor,
    now: datetime,
) -> tuple[WebShop, str]:
    """A new web shop, and its secret in clear, this once: the one given, or one made here.

    It gets a register of its own in the shop, which can never log in: sales need one that sent them.
    ValidationError for a name or prefix that is taken; Invalid for a secret that is too short.
    """
    shop = WebShop(
        name=name, store=store, receipt_prefix=receipt_prefix, domain=domain,
        gateways=gateways or {}, created_at=now,
    )  # fmt: skip
    shop.full_clean(exclude=["terminal"])
    shop.terminal = _register_of(shop, actor=actor, now=now)
    shop.save()
    WebShopHealth.objects.create(shop=shop)
    made = _make_secret(shop, secret, now=now)
    data = {"store": store.number, "register": shop.terminal.number, "prefix": receipt_prefix}
    audit.record([_fact("web_shop.added", shop, data)], actor=actor, now=now)
    return shop, made


@transaction.atomic
def rotate_shop_secret(
    shop: WebShop,
    *,
    secret: str = "",
    overlap: timedelta = OVERLAP,
    actor: Actor,
    now: datetime,
) -> str:
    """A new secret (the one given, or one made here), in clear. Both are good until `now + overlap`.

    ShopRotationUnderWay while an older one overlaps. One that cannot be read is over at once.
    """
    if not timedelta(0) <= overlap <= MAX_OVERLAP:
        raise Invalid("The overlap has to be between 0 hours and 30 days.")
    shop = lock_shop(shop.pk)
    older = _find(shop, SecretStatus.RETIRING)
    if older is not None:
        if older.not_after is not None and older.not_after > now:
            raise ShopRotationUnderWay("Two secrets are good already. End the old one first.")
        _move(older, SecretStatus.REVOKED, secret=None)
    if old := _find(shop, SecretStatus.ACTIVE):
        if overlap and _is_readable(old):
            _move(old, SecretStatus.RETIRING, not_after=now + overlap)
        else:
            _move(old, SecretStatus.REVOKED, secret=None)
    made = _make_secret(shop, secret, now=now)
    audit.record([_fact("web_shop.secret_rotated", shop)], actor=actor, now=now)
    return made


@transaction.atomic
def end_old_shop_secret(shop: WebShop, *, actor: Actor, now: datetime) -> None:
    """The old secret is good no more. StaleState when there is none."""
    shop = lock_shop(shop.pk)
    old = _find(shop, SecretStatus.RETIRING)
    if old is None:
        raise StaleState("There is no old secret any more.")
    _move(old, SecretStatus.REVOKED, secret=None)
    audit.record([_fact("web_shop.secret_ended", shop, {"old": str(old)})], actor=actor, now=now)


def end_shop_overlaps(*, actor: Actor, now: datetime) -> int:
    """Forget the old secrets whose overlap is over; how many."""
    due = WebShopSecret.objects.filter(status=SecretStatus.RETIRING, not_after__lte=now)
    ended = 0
    for shop in WebShop.objects.filter(pk__in=due.values("shop_id")):
        with transaction.atomic():
            old = _find(lock_shop(shop.pk), SecretStatus.RETIRING)
            if old is not None and old.not_after is not None and old.not_after <= now:
                _move(old, SecretStatus.REVOKED, secret=None)
                told = _fact("web_shop.secret_ended", shop, {"old": str(old)})
                audit.record([told], actor=actor, now=now)
                ended += 1
    return ended


@transaction.atomic
def set_shop_status(shop: WebShop, to: ShopStatus, *, actor: Actor, now: datetime) -> None:
    """Let it speak, or answer it with 404. StaleState when it is so already."""
    changed = WebShop.objects.filter(pk=shop.pk).exclude(status=to).update(status=to)
    if not changed:
        raise StaleState("Somebody was faster: it is so already.")
    data = {"status": {"before": str(shop.status), "after": str(to)}}
    shop.status = to
    audit.record([_fact(f"web_shop.{to}", shop, data)], actor=actor, now=now)


def good_secrets(shop: WebShop, *, now: datetime) -> list[str]:
    """In clear. NoSecret when there is none; one that cannot be read is left out while another can."""
    good = Q(status=SecretStatus.ACTIVE) | Q(status=SecretStatus.RETIRING, not_after__gt=now)
    found, unreadable = [], ""
    for row in WebShopSecret.objects.filter(good, shop=shop).order_by("-created_at"):
        try:
            found.append(row.secret or "")
        except UnreadableSecret as error:
            unreadable = str(error)
    if not found:
        raise NoSecret(unreadable or "This web shop has no secret.")
    return found


def _register_of(shop: WebShop, *, actor: Actor, now: datetime) -> Terminal:
    """A register that waits for enrolment for ever. Its number begins as the receipts do."""
    stem = shop.receipt_prefix.strip("-")[:12] or "WEB"
    taken = set(Terminal.objects.filter(store=shop.store).values_list("number", flat=True))
    number = next(n for n in (stem, *(f"{stem}-{i}" for i in range(2, 1000))) if n not in taken)
    profile = ensure_profile(name=PROFILE, scopes=[Scope.SALES])
    terminal = add_terminal(
        store=shop.store, number=number, profile=profile, label=shop.name, actor=actor, now=now
    )
    Terminal.objects.filter(pk=terminal.pk).update(adapter=ADAPTER)
    return terminal


def _make_secret(shop: WebShop, given: str, *, now: datetime) -> str:
    secret = given.strip() or random.token_hex(32)
    if len(secret) < LEAST_SECRET:
        raise Invalid(f"A secret has at least {LEAST_SECRET} characters.")
    WebShopSecret.objects.create(
        shop=shop, secret=secret, hint=secret[:_HINT_LENGTH], created_at=now
    )
    return secret


def _find(shop: WebShop, status: SecretStatus) -> WebShopSecret | None:
    return shop.secrets.filter(status=status).first()


def _move(row: WebShopSecret, to: SecretStatus, **changes: Any) -> None:
    assert to in SECRET_TRANSITIONS[row.status]
    rows = WebShopSecret.objects.filter(pk=row.pk, status=row.status)
    if not rows.update(status=to, **changes):
        raise StaleState("Somebody changed this secret a moment ago.")


def _is_readable(row: WebShopSecret) -> bool:
    try:
        return bool(row.secret)
    except UnreadableSecret:
        return False


def _fact(action: str, shop: WebShop, data: dict[str, Any] | None = None) -> Fact:
    return Fact(action, "web_shop", str(shop.pk), subject_label=shop.name, data=data or {})
