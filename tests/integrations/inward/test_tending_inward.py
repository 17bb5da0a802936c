"""What is forgotten in time, and what never is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.common.errors import Invalid, StaleState
from apps.integrations.models import InboundMessage, SyncFlow, SyncRun
from apps.integrations.services import prune_inward, run_now, set_credentials, set_flow_status
from apps.integrations.states import FlowStatus
from tests.books import books, nothing_changes
from tests.integrations.inward.flows import articles, make_flow, read
from tests.integrations.inward.orders import Shop, item, order
from tests.integrations.inward.source import Source
from tests.world import SETUP


@pytest.mark.django_db
def test_runs_that_found_nothing_are_kept_for_a_day_others_for_a_month(source: Source) -> None:
    flow, source.records = make_flow(source), articles(1)
    found, empty, now = read(flow), read(flow), timezone.now()

    assert prune_inward(now=now + timedelta(hours=23)) == 0
    assert prune_inward(now=now + timedelta(hours=25)) == 1
    assert SyncRun.objects.get().pk == found.pk
    assert empty.records_same == 0
    assert prune_inward(now=now + timedelta(days=31)) == 1


def test_old_messages_go_but_not_the_one_that_made_the_sale_nor_what_waits(shop: Shop) -> None:
    body = order(item("20.00"), total="20.00")
    made = shop.tell("orders/paid", body)
    shop.tell("orders/updated", {**body, "note": "1"})
    waits = shop.tell("orders/create", order(item("9.00"), total="10.00"))
    shop.tell("orders/create", order(item("9.00"), total="9.00", financial_status="pending"))

    prune_inward(now=timezone.now() + timedelta(days=91))

    assert set(InboundMessage.objects.values_list("pk", flat=True)) == {made.pk, waits.pk}
    made.refresh_from_db()
    assert (made.body, made.status) == ({}, "applied")


@pytest.mark.django_db
def test_a_paused_flow_is_not_run_now(source: Source) -> None:
    flow = make_flow(source)
    set_flow_status(flow, FlowStatus.PAUSED, actor=SETUP, now=timezone.now())

    with nothing_changes(), pytest.raises(StaleState, match="paused"):
        run_now(flow, actor=SETUP, now=timezone.now())
    with nothing_changes(), pytest.raises(StaleState):
        set_flow_status(flow, FlowStatus.PAUSED, actor=SETUP, now=timezone.now())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("access", "credentials", "said"),
    [
        ("header", {"header": "X-Key"}, "Missing: value."),
        ("header", {"header": "Host", "value": "x"}, "no header that can be set"),
        ("header", {"header": "X\r\nY", "value": "x"}, "no header that can be set"),
        ("bearer", {"token": "a\nb"}, "visible ASCII"),
        ("basic", {"username": "ada", "password": ""}, "Missing: password."),
    ],
)
def test_credentials_that_cannot_be_sent_are_refused(
    source: Source, access: str, credentials: dict[str, str], said: str
) -> None:
    with nothing_changes(), pytest.raises(Invalid, match=said):
        make_flow(source, access=access, credentials=credentials)


@pytest.mark.django_db
def test_credentials_are_kept_encrypted_and_a_lost_key_is_said(
    source: Source, settings: Any
) -> None:
    from cryptography.fernet import Fernet

    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    flow = make_flow(source, access="bearer", credentials={"token": "tok-very-secret"})
    assert "tok-very-secret" not in str(books())
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    flow = SyncFlow.objects.get()

    failed = read(flow)
    assert (failed.status, failed.cause, source.asked) == ("failed", "credentials", [])
    set_credentials(flow, {"token": "new"}, actor=SETUP, now=timezone.now())
    assert read(SyncFlow.objects.get()).status == "done"
