"""Many returns at once: one unbroken chain for each shop, while the sealer is at work."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connection

from apps.audit.models import AuditEntry, Seal, UnsealedEntry
from apps.audit.services.sealing import seal_entries
from tests.audit.trail import findings
from tests.threads import together
from tests.world import Register, make_register


def _seal_until(done: Event) -> int:
    sealed = 0
    try:
        while not done.is_set():
            sealed += seal_entries()
        return sealed
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_200_returns_at_once_leave_an_unbroken_chain_in_each_shop() -> None:
    shops = [make_register(store=f"{number:04}") for number in range(4)]
    sales = [(shop, shop.sell()) for shop in shops for _ in range(2)]

    def take_back(shop: Register, sale: dict[str, Any]) -> Callable[[], list[int]]:
        till = shop.alone()
        return lambda: [till.take_back(sale).status_code for _ in range(25)]

    done = Event()
    with ThreadPoolExecutor(2) as sealers:
        sealing = [sealers.submit(_seal_until, done) for _ in range(2)]
        try:
            answers = together([take_back(shop, sale) for shop, sale in sales])
        finally:
            done.set()
        sealed = sum(job.result() for job in sealing)

    assert {status for each in answers for status in each} == {201}
    assert sealed > 0
    seal_entries()
    assert AuditEntry.objects.filter(action__startswith="return.").count() == 200
    assert Seal.objects.count() == AuditEntry.objects.count()
    assert not UnsealedEntry.objects.exists()
    assert findings() == []
