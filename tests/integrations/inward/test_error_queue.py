"""What came in and could not be applied stands in the one error queue, by cause."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.insights.trouble import read_groups
from apps.integrations.models import InboundMessage, RejectedRecord, SyncFlow
from apps.integrations.selectors import refused_messages, refused_records
from tests.admin.helpers import read, rows
from tests.integrations.inward.flows import make_flow
from tests.integrations.inward.flows import read as run
from tests.integrations.inward.orders import Shop, item, order
from tests.integrations.inward.source import Source


def test_it_is_grouped_by_cause_with_an_example(it: Client, shop: Shop, source: Source) -> None:
    source.records = [{"name": "x"}, {"name": "y"}, {"sku": "A", "unit": "kilograms"}]
    run(make_flow(source))
    rejected = shop.tell("orders/paid", order(item("20.00"), total="21.00"))
    shop.tell("orders/paid", order(item("20.00"), total="20.00", financial_status="pending"))

    groups = read_groups(now=timezone.now())

    assert [(str(g.what), g.where, g.cause, g.count) for g in groups] == [
        ("Record", "ERP", "no-sku", 2), ("Record", "ERP", "unit", 1),
        ("Message of a web shop", "Quiet Harbour", "numbers", 1),
    ]  # fmt: skip
    assert groups[2].example == rejected.label
    text = read(it, reverse("admin:error_queue"))
    assert "The record has no SKU." in text
    for group, model in zip(groups, (RejectedRecord, RejectedRecord, InboundMessage), strict=True):
        address, _, query = group.rows_url.partition("?")
        shown = it.get(f"{address}?{query}")
        assert len(shown.context["cl"].result_list) == group.count, model
        assert it.get(group.example_url).status_code == 200
    assert rows(it, RejectedRecord, cause="unit") == 1


@pytest.mark.django_db
def test_a_hundred_thousand_rows_cost_no_more(source: Source) -> None:
    flow = make_flow(source)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO integrations_rejectedrecord (flow_id, key, status, cause, detail, raw, asked_at, last_at,"
            " settled_by, note) SELECT %s, 'A' || n, 'open', 'cause ' || n %% 3, '', '{}', now(), now(), '', ''"
            " FROM generate_series(1, 100000) n",
            [flow.pk],
        )
        cursor.execute("ANALYZE integrations_rejectedrecord")
    with CaptureQueriesContext(connection) as seen:
        found = refused_records()

    assert [(one.cause, one.count) for one in found] == [(f"cause {n}", 1001) for n in range(3)]
    assert len(seen) == 1
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {seen[0]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan on integrations_rejectedrecord" not in plan


@pytest.mark.django_db
def test_nothing_is_nothing() -> None:
    assert (refused_records(), refused_messages(), SyncFlow.objects.count()) == ([], [], 0)
