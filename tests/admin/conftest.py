from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import Role
from apps.accounts.policy import BOUND
from apps.accounts.services import create_user
from apps.stores.models import Store
from apps.stores.services import ensure_store

PASSWORD = "quiet-harbour-42"


def client_of(role: Role, *shops: Store, name: str = "") -> Client:
    """A browser in which somebody of this role is logged in; who needs a shop has 0042."""
    if role in BOUND and not shops:
        shops = (
            ensure_store(
                number="0042",
                name="Shop 0042",
                currency="EUR",
                country="DE",
                timezone="Europe/Berlin",
            ),
        )
    user = create_user(
        username=name or f"{role}@shop",
        password=PASSWORD,
        role=role,
        shops=[shop.pk for shop in shops],
    )
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def it(db: None) -> Client:
    return client_of(Role.IT_ADMINISTRATOR)


@pytest.fixture
def manager(db: None) -> Client:
    return client_of(Role.STORE_MANAGER)


@pytest.fixture
def auditor(db: None) -> Client:
    return client_of(Role.AUDITOR)


@pytest.fixture
def as_role(db: None) -> Callable[[Role], Client]:
    return client_of
