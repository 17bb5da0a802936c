"""Real threads on a real PostgreSQL: the same request at the same moment has one effect."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from functools import partial

import pytest
from django.db import connections
from django.utils import timezone

from apps.idempotency.commands import Answer, Attempt
from apps.idempotency.models import IdempotentRequest, lock_key
from apps.idempotency.services import run_once
from apps.inventory.models import Item, StockMovement
from apps.returns.models import CustomerReturn
from apps.sales.models import Sale, SaleLine
from tests.books import nothing_changes
from tests.threads import insist, together
from tests.world import make_item, make_register, problem, return_body, sale_body

KEY = "0042-03-261121-0007-a1"
pytestmark = pytest.mark.django_db(transaction=True)


def test_20_of_the_same_return_at_once_are_one_return() -> None:
    register = make_register()
    body = return_body(register.sell())
    tills = [register.alone() for _ in range(20)]
    answers = together([partial(t.post, "returns", body, key=KEY) for t in tills])
    final = {a.content for a in answers if a.status_code == 201}
    others = {(a.status_code, a.json()["code"]) for a in answers if a.status_code != 201}
    assert len(final) == 1
    assert others <= {(409, "idempotency-in-progress")}
    again = [insist(partial(t.post, "returns", body, key=KEY)) for t in tills]
    assert {(a.status_code, a.content) for a in again} == {(201, *final)}
    assert {a["Idempotent-Replayed"] for a in again} == {"true"}
    assert (CustomerReturn.objects.count(), StockMovement.objects.count()) == (1, 2)
    assert SaleLine.objects.get().returned_quantity == 1


def test_a_request_that_is_running_is_told_so_with_retry_after() -> None:
    register = make_register()
    body = return_body(register.sell())
    with closing(connections.create_connection("default")) as elsewhere:
        with elsewhere.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [lock_key(register.terminal.pk, KEY)])
        with nothing_changes():
            response = register.post("returns", body, key=KEY)
        problem(response, 409, "idempotency-in-progress")
        assert response["Retry-After"] == "2"
    assert register.post("returns", body, key=KEY).status_code == 201


def test_an_answer_that_was_stored_between_look_and_lock_is_the_one_given() -> None:
    register = make_register()
    attempt = Attempt(
        register.terminal.pk, KEY, b"f" * 32, "POST", "/api/v1/returns", "r-2", timezone.now()
    )
    kept = {**asdict(attempt), "status": 201, "body": b"first", "request_id": "r-1"}
    kept["created_at"] = kept.pop("now")

    def effect() -> Answer:
        together([lambda: IdempotentRequest.objects.create(**kept)])
        make_item("UNDONE")
        return Answer(201, b"second")

    answer = run_once(attempt, effect)
    assert (answer.body, answer.replayed, answer.original_request_id) == (b"first", True, "r-1")
    assert not Item.objects.filter(sku="UNDONE").exists()


def test_20_of_the_same_sale_under_their_own_keys_are_one_sale() -> None:
    registers = [make_register(number=f"{n:02d}") for n in range(20)]
    body = sale_body()
    answers = together([partial(insist, partial(r.post, "sales", body)) for r in registers])
    assert sorted(a.status_code for a in answers) == [200] * 19 + [201]
    assert len({a.json()["id"] for a in answers}) == 1
    assert (Sale.objects.count(), StockMovement.objects.count()) == (1, 1)


def test_a_rolled_back_effect_leaves_its_key_free() -> None:
    register = make_register()
    sale = register.sell()
    authorized = register.authorize(sale)
    path = f"returns/{authorized['id']}/complete"
    over = {"lines": [{"number": 1, "quantity": "2"}]}
    tills = [register.alone() for _ in range(5)]
    answers = together([partial(insist, partial(t.post, path, over, key=KEY)) for t in tills])
    assert {a.json()["code"] for a in answers} == {"quantity-exceeded"}
    assert register.post(path, {}, key=KEY).status_code == 200
