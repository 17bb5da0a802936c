"""What an integrator gets: one effect per key, whatever the line does, and readable refusals."""

from __future__ import annotations

import pytest

from client import ProblemError, ReturnsClient, Transport, UnreachableError
from client.errors import read_problem
from client.transport import JsonObject
from tests.client.stand_in import Fault, Shop

KEY = "7001-01-261120-1187-sale"


def sale(number: int = 1187, customer: str = "C-1", quantity: str = "6") -> JsonObject:
    total = 255 * int(quantity)
    return {
        "terminal": "01",
        "business_date": "2026-11-20",
        "sequence_number": number,
        "receipt_number": f"R/{number}",
        "sold_at": f"2026-11-20T16:00:00.{number:06d}+01:00",
        "customer": customer,
        "lines": [{"line_number": 1, "sku": "85123A", "quantity": quantity, "total": total}],
        "tenders": [{"number": 1, "kind": "cash", "amount": total}],
        "total": total,
    }


def keys_sent(shop: Shop) -> list[str | None]:
    return [key for method, path, key in shop.requests if path.endswith("/sales")]


def test_a_sale_is_taken_in_once(client: ReturnsClient, shop: Shop) -> None:
    assert client.sales_create(sale(), key=KEY).status == 201
    again = client.sales_create(sale(), key=KEY)
    assert (again.status, again.replayed) == (201, True)
    assert client.sales_create(sale(), key=KEY + "-b").status == 200
    assert list(shop.sales) == ["R/1187"]


def test_a_lost_answer_is_fetched_with_the_same_key(client: ReturnsClient, shop: Shop) -> None:
    shop.faults.append(Fault("/sales", None, after=True))
    assert client.sales_create(sale(), key=KEY).replayed
    assert keys_sent(shop) == [KEY, KEY]


@pytest.mark.parametrize(
    ("status", "code"),
    [(429, "slow-down"), (503, "away"), (502, "x"), (504, "x"), (409, "idempotency-in-progress")],
)
def test_busy_answers_are_repeated(
    client: ReturnsClient, shop: Shop, status: int, code: str
) -> None:
    shop.faults.append(Fault("/sales", status, code, {"Retry-After": "0"}))
    assert client.sales_create(sale(), key=KEY).status == 201
    assert keys_sent(shop) == [KEY, KEY]


def test_a_refusal_is_not_repeated(client: ReturnsClient, shop: Shop) -> None:
    with pytest.raises(ProblemError) as refused:
        client.sales_create(sale() | {"total": 1}, key=KEY)
    assert (refused.value.status, refused.value.code) == (400, "does-not-add-up")
    assert keys_sent(shop) == [KEY]
    assert shop.sales == {}


def test_it_gives_up_after_the_policy_s_attempts(client: ReturnsClient, shop: Shop) -> None:
    shop.faults.extend([Fault("/sales", None)] * 4)
    with pytest.raises(UnreachableError):
        client.sales_create(sale(), key=KEY)
    assert keys_sent(shop) == [KEY] * 4


def test_it_does_not_wait_longer_than_allowed(client: ReturnsClient, shop: Shop) -> None:
    shop.faults.append(Fault("/sales", 503, "away", {"Retry-After": "3600"}))
    with pytest.raises(ProblemError, match="503 away"):
        client.sales_create(sale(), key=KEY)


@pytest.mark.parametrize("code", ["token-expired", "token-invalid"])
def test_a_refused_token_is_renewed_once_with_the_same_key(
    client: ReturnsClient, shop: Shop, code: str
) -> None:
    shop.faults.append(Fault("/sales", 401, code))
    assert client.sales_create(sale(), key=KEY).status == 201
    assert (shop.desk.granted, keys_sent(shop)) == (2, [KEY, KEY])


def test_a_token_refused_twice_is_an_error(client: ReturnsClient, shop: Shop) -> None:
    shop.faults.extend([Fault("/sales", 401, "token-invalid")] * 2)
    with pytest.raises(ProblemError, match="token-invalid"):
        client.sales_create(sale(), key=KEY)


def test_wrong_credentials_are_named(transport: Transport) -> None:
    stranger = ReturnsClient(transport.base_url, "7001-01", "wrong", transport=transport)
    with pytest.raises(ProblemError) as refused:
        stranger.sale_by_receipt("R/1187")
    assert (refused.value.status, refused.value.code) == (401, "invalid-client")


def test_a_sale_is_found_by_its_natural_key(client: ReturnsClient) -> None:
    client.sales_create(sale(), key=KEY)
    found = client.sale_by_key(
        store="7001", terminal="01", business_date="2026-11-20", sequence_number=1187
    )
    assert found["receipt_number"] == "R/1187"


def test_search_walks_all_pages_newest_first(client: ReturnsClient, shop: Shop) -> None:
    for number in range(1, 6):
        client.sales_create(sale(number), key=f"{KEY}-{number}")
    found = client.sales_search(customer="C-1", sold_to="2026-11-21T00:00:00+01:00")
    assert [s["receipt_number"] for s in found] == ["R/5", "R/4", "R/3", "R/2", "R/1"]


def test_search_fetches_no_page_that_nobody_reads(client: ReturnsClient, shop: Shop) -> None:
    for number in range(1, 6):
        client.sales_create(sale(number), key=f"{KEY}-{number}")
    next(client.sales_search(customer="C-1"))
    assert sum(path.endswith("/search") for _, path, _ in shop.requests) == 1


def test_changes_come_page_by_page_with_a_cursor_to_keep(client: ReturnsClient) -> None:
    pages = list(client.changes(limit=2))
    assert [[item["id"] for item in page["items"]] for page in pages] == [[0, 1], [2, 3], [4]]
    assert [page["next"] for page in pages] == ["2", "4", "5"]


def test_every_word_of_a_problem_reaches_the_reader() -> None:
    raw = b'{"code": "bad", "detail": "No.", "errors": [{"field": "sku", "detail": "empty"}]}'
    problem = read_problem(400, {"X-Request-Id": "r-7"}, raw)
    assert problem.errors == [{"field": "sku", "detail": "empty"}]
    assert str(problem) == "400 bad: No.: sku: empty (request r-7)"


def test_an_answer_that_is_no_problem_document_still_has_a_code() -> None:
    assert read_problem(502, {}, b"<html>").code == "http-502"
