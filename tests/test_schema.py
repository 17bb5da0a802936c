"""The published contract: complete, valid, and as strict as the endpoints behind it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

OPERATIONS = {
    "changes", "changes_resync", "changes_stream",
    "enrol", "return", "return_complete", "return_list", "return_override",
    "return_quote", "return_submit", "return_void",
    "sale", "sale_batch", "sale_by_natural_key", "sale_create", "sale_search", "stock", "stock_count",
    "terminal_heartbeat", "terminal_key", "terminal_self", "token",
    "inbound_shopify",
}  # fmt: skip


@pytest.fixture(scope="module")
def schema() -> Any:
    GENERATOR_STATS.reset()
    generated: Any = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return generated


def operations(schema: Any) -> dict[str, Any]:
    return {op["operationId"]: op for path in schema["paths"].values() for op in path.values()}


def test_it_is_valid_and_nothing_was_guessed(schema: Any) -> None:
    validate_schema(schema)  # type: ignore[no-untyped-call]
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache


def test_every_operation_is_described_with_its_problems(schema: Any) -> None:
    assert set(operations(schema)) == OPERATIONS
    for operation in operations(schema).values():
        assert {"400", "401", "403", "404", "413", "415", "422", "503"} <= set(
            operation["responses"]
        )


def test_every_changing_post_asks_for_an_idempotency_key(schema: Any) -> None:
    asking = {
        name
        for name, operation in operations(schema).items()
        if any(
            p["name"] == "Idempotency-Key" and p["required"]
            for p in operation.get("parameters", [])
        )
    }
    assert asking == {
        "return_complete", "return_override", "return_submit", "return_void", "sale_batch", "sale_create",
        "stock_count",
    }  # fmt: skip


def test_bodies_are_closed(schema: Any) -> None:
    bodies = {k: v for k, v in schema["components"]["schemas"].items() if k.endswith("InRequest")}
    assert len(bodies) >= 12
    assert all(body["additionalProperties"] is False for body in bodies.values())


@pytest.mark.django_db
def test_its_pages_open_under_the_content_security_policy(client: Client) -> None:
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert b"<style" not in page.content
    assert b"<script>" not in page.content
    assert (
        client.get("/api/v1/schema/")
        .headers["Content-Type"]
        .startswith("application/vnd.oai.openapi")
    )
