"""The navigation: places in the order people need them, with what each reader may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

PLACES: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("Returns"), ("returns.CustomerReturn",)),
    (_("Sales"), ("sales.Sale", "sales.SaleConflict")),
    (
        _("Stock"),
        (
            "inventory.Item",
            "inventory.StockLevel",
            "inventory.StockMovement",
            "inventory.StockCount",
        ),
    ),
    (
        _("Money"),
        (
            "refunds.Refund",
            "refunds.StoreCredit",
            "refunds.SandboxPayment",
            "refunds.SandboxRefund",
            "refunds.SandboxInstruction",
        ),
    ),
    (_("Registers"), ("terminals.Terminal", "terminals.TerminalProfile", "terminals.Credential")),
    (_("Trail"), ("audit.AuditEntry", "events.Event", "insights.VerifyRun")),
    (
        _("Settings"),
        (
            "stores.Store",
            "stores.Region",
            "returns.ReturnPolicy",
            "returns.PolicyVersion",
            "returns.ReasonCode",
            "returns.ConditionCode",
            "accounts.User",
        ),
    ),
    (
        _("System"),
        ("idempotency.IdempotentRequest", "events.FeedHead", "insights.Heartbeat"),
    ),
)
"""(name, its lists). A new app takes its place here."""


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    entries: list[Entry]

    @property
    def current(self) -> bool:
        return any(entry.current for entry in self.entries)


def visible_places(site: AdminSite, request: HttpRequest) -> list[Place]:
    """The places with at least one list that this person may open."""
    found = [Place(str(name), _entries(site, request, labels)) for name, labels in PLACES]
    return [place for place in found if place.entries]


def _entries(site: AdminSite, request: HttpRequest, labels: tuple[str, ...]) -> list[Entry]:
    entries = []
    for label in labels:
        model = apps.get_model(label)
        owner = site._registry.get(model)
        if owner is None or not owner.has_view_permission(request):
            continue
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        name = capfirst(str(model._meta.verbose_name_plural))
        entries.append(Entry(name, url, request.path.startswith(url)))
    return entries
