"""Ledgers are read: nobody adds, changes or deletes what happened, IT neither."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client

from apps.accounts.models import LoginTries
from apps.audit.models import AuditEntry, Checkpoint, TrailExport
from apps.common.admin import ReadOnlyAdmin
from apps.events.models import Event, FeedHead
from apps.idempotency.models import IdempotentRequest
from apps.insights.models import Alert, Heartbeat, VerifyRun
from apps.integrations.models import Delivery, InboundMessage, Job, RejectedRecord, SyncRun
from apps.inventory.models import StockCount, StockLevel, StockMovement
from apps.refunds.models import Refund, SandboxPayment, SandboxRefund, StoreCredit
from apps.returns.models import BackTest, BackTestCase, CustomerReturn
from apps.sales.models import Sale, SaleConflict
from apps.terminals.models import Credential, Notice, Rotation
from tests.admin.helpers import page, registered, url
from tests.world import Register, card, pay_out

LEDGERS: set[type[Model]] = {
    Alert, AuditEntry, Checkpoint, LoginTries, Event, FeedHead, IdempotentRequest, Heartbeat, VerifyRun,
    StockCount, StockLevel, StockMovement, Refund, SandboxPayment, SandboxRefund, StoreCredit, CustomerReturn, Sale,
    SaleConflict, Credential, Notice, Delivery, Job, SyncRun, RejectedRecord, InboundMessage,
    BackTest, BackTestCase,
    TrailExport,
}  # fmt: skip
ORDERED_BY_FORM: set[type[Model]] = {Rotation}


def test_these_are_the_ledgers() -> None:
    read_only = {m for m in registered() if isinstance(admin.site._registry[m], ReadOnlyAdmin)}

    assert read_only == LEDGERS | ORDERED_BY_FORM


@pytest.mark.parametrize("model", sorted(LEDGERS, key=str))
def test_nothing_is_added(it: Client, model: type[Model]) -> None:
    assert it.get(url(model, "add")).status_code == 403
    assert it.post(url(model, "add"), {}).status_code == 403


def test_nothing_is_changed_or_deleted(it: Client, register: Register) -> None:
    register.take_back(register.sell(tenders=[card(1530)]), "2")
    pay_out()
    kept: list[type[Model]] = [AuditEntry, Event, Sale, CustomerReturn, Refund, StockMovement]

    for model in kept:
        thing = model._default_manager.all()[:1].get()
        before = model._default_manager.filter(pk=thing.pk).values().get()
        assert it.post(page(thing), {"status": "x", "reason": "x"}).status_code == 403, model
        assert it.post(url(model, "delete", thing.pk), {"post": "yes"}).status_code == 403, model
        assert model._default_manager.filter(pk=thing.pk).values().get() == before


def test_lists_offer_no_actions(it: Client, register: Register) -> None:
    register.sell()
    sale = Sale.objects.get()

    it.post(url(Sale), {"action": "delete_selected", "_selected_action": str(sale.pk), "post": "y"})

    assert Sale.objects.count() == 1
