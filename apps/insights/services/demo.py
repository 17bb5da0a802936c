"""A small chain to look at: three shops, their registers, goods with stock, people, yesterday's sales.

Everything goes through the services that registers and administrators use.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import check_password
from django.db import transaction

from apps.accounts.models import Role, User
from apps.accounts.passwords import new_password
from apps.accounts.policy import BOUND
from apps.accounts.services import create_user
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalLevel, Approver
from apps.approvals.policy import is_easily_guessed
from apps.common.caller import Caller
from apps.common.money import extended_price, round_half_up
from apps.insights.services.provisioning import (
    COMMAND,
    ListedRegister,
    ensure_registers,
    write_registers,
)
from apps.inventory import services as inventory
from apps.inventory.models import Item, StockLevel
from apps.returns.policy.settings import default_rules
from apps.returns.services import policies
from apps.sales.commands import NewLine, NewSale, NewTax, NewTender
from apps.sales.models import Sale
from apps.sales.services import record_sales
from apps.stores.models import Region, Store
from apps.stores.services import ensure_store
from apps.terminals.models import Terminal, TerminalProfile, default_scopes
from apps.terminals.services import ensure_profile

_SHOPS = (
    ("0042", "Berlin, Kantstraße", "Europe/Berlin"),
    ("0043", "München, Sendlinger Straße", "Europe/Berlin"),
    ("0051", "Wien, Mariahilfer Straße", "Europe/Vienna"),
)
_COUNTRIES = {"0042": "DE", "0043": "DE", "0051": "AT"}
_REGISTERS = ["01", "02"]
_STOCK = Decimal(500)
# SKU, name, price in cents with VAT, category, unit.
_GOODS = (
    ("DEMO-1001", "Cotton T-shirt, white", 1490, "clothing", "each"),
    ("DEMO-1002", "Cotton T-shirt, navy", 1490, "clothing", "each"),
    ("DEMO-1003", "Linen shirt", 3995, "clothing", "each"),
    ("DEMO-1004", "Straight jeans", 5990, "clothing", "each"),
    ("DEMO-1005", "Wool scarf", 2450, "clothing", "each"),
    ("DEMO-1006", "Leather belt", 2999, "clothing", "each"),
    ("DEMO-1007", "Ankle socks, three pairs", 799, "clothing", "each"),
    ("DEMO-1008", "Canvas bag", 1295, "clothing", "each"),
    ("DEMO-2001", "Stoneware mug", 895, "home", "each"),
    ("DEMO-2002", "Dinner plate", 1150, "home", "each"),
    ("DEMO-2003", "Water glass", 399, "home", "each"),
    ("DEMO-2004", "Chef's knife", 4490, "home", "each"),
    ("DEMO-2005", "Table lamp", 6900, "home", "each"),
    ("DEMO-2006", "Scented candle", 1649, "home", "each"),
    ("DEMO-2007", "Picture frame, 20 x 30", 1275, "home", "each"),
    ("DEMO-2008", "Kitchen scale", 3333, "home", "each"),
    ("DEMO-3001", "Coffee beans", 2390, "food", "kg"),
    ("DEMO-3002", "Loose green tea", 5850, "food", "kg"),
    ("DEMO-3003", "Almonds, roasted", 1999, "food", "kg"),
    ("DEMO-3004", "Dried apricots", 1475, "food", "kg"),
)


_REGION = "Central Europe"

# What comes too late is for a manager, so that there is something to decide.
_RULES: dict[str, Any] = {**default_rules(), "window": {"days": 30, "late": "override"}}
_APPROVER = "2001"


@dataclass(frozen=True, slots=True)
class Login:
    username: str
    password: str


def ensure_baseline(*, now: datetime) -> None:
    """What every installation begins with: reasons, conditions, and a policy in force."""
    policies.ensure_words()
    policies.ensure_policy(name="Standard", rules=default_rules(), actor=COMMAND, now=now)


def load_demo(registers_file: Path, *, keys: Path, now: datetime) -> None:
    """Make whatever of the demo is missing. Quick when all of it is there.

    Registers whose keyring is not in the folder `keys` are listed with an enrolment code.
    """
    policies.ensure_words()
    policies.ensure_policy(name="Standard", rules=_RULES, actor=COMMAND, now=now)
    region, _ = Region.objects.get_or_create(name=_REGION)
    profile = ensure_profile(
        name="Register", scopes=default_scopes(), rate_per_second=20, burst=100
    )
    registers: list[ListedRegister] = []
    for number, name, zone in _SHOPS:
        store = ensure_store(
            number=number,
            name=name,
            currency="EUR",
            country=_COUNTRIES[number],
            timezone=zone,
            region=region,
        )
        registers += _open_shop(store, profile, keys, now)
    write_registers(registers_file, registers)


def ensure_people(*, known: dict[str, Login]) -> dict[str, Login]:
    """One login per role. A password that nobody kept is replaced by a new one."""
    regions = list(Region.objects.filter(name=_REGION).values_list("pk", flat=True))
    logins = {}
    for username, role in (
        ("admin", Role.IT_ADMINISTRATOR),
        ("manager", Role.STORE_MANAGER),
        ("auditor", Role.AUDITOR),
        ("support", Role.SUPPORT),
    ):
        user = User.objects.filter(username=username).first()
        login = known.get(username) or Login(username, new_password())
        if user is None:
            create_user(
                username=username,
                password=login.password,
                role=role,
                regions=regions if role in BOUND else (),
            )
        elif not user.check_password(login.password):
            user.set_password(login.password)
            user.save()
        logins[username] = login
    return logins


def ensure_approver(*, known: Login | None, now: datetime) -> Login:
    """One who may allow up to 500.00 EUR in all shops, by PIN or logged in as the shop manager.

    A PIN that nobody kept is replaced by a new one.
    """
    level, _ = ApprovalLevel.objects.get_or_create(
        name="Shop manager", defaults={"limits": {"EUR": 50_000}}
    )
    approver, _ = Approver.objects.get_or_create(
        number=_APPROVER,
        defaults={
            "name": "Demo manager", "level": level, "everywhere": True,
            "user": User.objects.filter(username="manager", approver=None).first(),
        },
    )  # fmt: skip
    login = known or Login(_APPROVER, _new_pin())
    if not check_password(login.password, approver.pin_hash):
        approvals.set_pin(approver, login.password, actor=COMMAND, now=now)
    return login


def _new_pin() -> str:
    while True:
        pin = f"{secrets.randbelow(10**6):06d}"
        if not is_easily_guessed(pin, _APPROVER):
            return pin


@transaction.atomic
def _open_shop(
    store: Store, profile: TerminalProfile, keys: Path, now: datetime
) -> list[ListedRegister]:
    registers = ensure_registers(store, _REGISTERS, profile=profile, keys=keys, now=now)
    if not StockLevel.objects.filter(store=store).exists():
        _stock(store, now)
    if not Sale.objects.filter(store=store).exists():
        _sell_a_day(store, Terminal.objects.get(store=store, number="01"), now)
    return registers


def _stock(store: Store, now: datetime) -> None:
    """The opening count of every article."""
    for sku, name, _, category, unit in _GOODS:
        item, _ = Item.objects.get_or_create(
            sku=sku, defaults={"name": name, "category": category, "unit": unit}
        )
        inventory.record_count(
            store_id=store.pk, item=item, counted=_STOCK, by="opening", counted_at=now - timedelta(days=1),
            actor=COMMAND, now=now,
        )  # fmt: skip


def _sell_a_day(store: Store, terminal: Terminal, now: datetime) -> None:
    """Yesterday: twelve sales, every third one paid by card."""
    yesterday = (now - timedelta(days=1)).date()
    sales = [
        _sale(store, n, yesterday, now - timedelta(days=1, minutes=20 * n)) for n in range(1, 13)
    ]
    record_sales(sales, [{}] * len(sales), caller=_caller(terminal), now=now)


def _sale(store: Store, n: int, day: date, sold_at: datetime) -> NewSale:
    lines = tuple(_line(k, *_GOODS[(3 * n + 5 * k) % 16][:3]) for k in range(1, 2 + n % 3))
    total = sum(line.total for line in lines)
    receipt = f"{store.number}-01-{day:%y%m%d}-{n:04d}-{secrets.token_hex(2).upper()}"
    by_card = n % 3 == 0
    tender = NewTender(
        1, "card" if by_card else "cash", total,
        "sandbox" if by_card else "", f"sbx_demo_{receipt}" if by_card else "",
        "visa" if by_card else "", "4242" if by_card else "", needs_card_present=False,
    )  # fmt: skip
    return NewSale(
        terminal="01", business_date=day, sequence_number=n, receipt_number=receipt, sold_at=sold_at,
        currency=store.currency, channel="store", source_order_ref="", operator="1042",
        customer=f"C-{20900 + n}", lines=lines, discounts=(), tenders=(tender,), total=total,
        training=False, voided=False,
    )  # fmt: skip


def _line(number: int, sku: str, name: str, price: int) -> NewLine:
    quantity = Decimal(1 + number % 3)
    total = extended_price(price, quantity)
    tax = NewTax("VAT", Decimal("0.20"), inclusive=True, amount=round_half_up(Decimal(total) / 6))
    return NewLine(number, sku, name, quantity, price, 0, (tax,), total, "", final_sale=False)


def _caller(terminal: Terminal) -> Caller:
    """The register itself, as if it had called."""
    store = terminal.store
    return Caller(
        terminal_id=terminal.pk, terminal_number=terminal.number, store_id=store.pk,
        store_number=store.number, region_id=store.region_id, timezone=store.timezone,
        currency=store.currency, scopes=frozenset(terminal.profile.scopes),
        credential_id=terminal.pk, token_id=0, request_id="",
    )  # fmt: skip
