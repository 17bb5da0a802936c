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

from apps.common.admin.scope import shops_of


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is no list: what it is called, its route, and the permission that opens it."""

    name: Any
    route: str
    permission: str
    whole: bool = True
    """About the whole: not for people who see some shops."""


PLACES: tuple[tuple[Any, tuple[str | Page, ...]], ...] = (
    (_("Returns"), ("returns.CustomerReturn",)),
    (
        _("Waiting for approval"),
        (
            Page(
                _("Waiting for approval"),
                "admin:approvals",
                "returns.view_customerreturn",
                whole=False,
            ),
        ),
    ),
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
    (
        _("Registers"),
        (
            "terminals.Terminal",
            Page(
                _("Import registers"), "admin:terminals_terminal_import", "terminals.add_terminal"
            ),
            "terminals.Notice",
            "terminals.Rotation",
            "terminals.RotationPolicy",
            "terminals.Credential",
            "terminals.TerminalProfile",
        ),
    ),
    (
        _("Integrations"),
        (
            "integrations.Destination",
            "integrations.Delivery",
            "integrations.Mapping",
            "integrations.Job",
            "integrations.SyncFlow",
            "integrations.SyncRun",
            "integrations.RejectedRecord",
            "integrations.WebShop",
            "integrations.InboundMessage",
        ),
    ),
    (
        _("Error queue"),
        (Page(_("Error queue"), "admin:error_queue", "integrations.view_delivery"),),
    ),
    (
        _("Trail"),
        (
            "audit.AuditEntry",
            "audit.TrailExport",
            "audit.Checkpoint",
            "events.Event",
            "insights.VerifyRun",
        ),
    ),
    (
        _("Settings"),
        (
            "stores.Store",
            "stores.Region",
            "returns.ReturnPolicy",
            "returns.PolicyVersion",
            "returns.BackTest",
            "returns.BackTestCase",
            "returns.ReasonCode",
            "returns.ConditionCode",
            "accounts.User",
            "accounts.LoginTries",
            Page(_("Review of access"), "admin:access_review", "accounts.view_user"),
            "approvals.Approver",
            "approvals.ApprovalLevel",
            Page(_("Encryption keys"), "admin:encryption_keys", "insights.view_reencryption"),
        ),
    ),
    (
        _("System"),
        (
            "insights.Alert",
            "idempotency.IdempotentRequest",
            "events.FeedHead",
            "insights.Heartbeat",
            Page(_("Months"), "admin:months", "audit.view_archivedmonth"),
        ),
    ),
)
"""(name, its lists and pages). A new app takes its place here."""


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
    found = [(str(name), _readable(site, request, entries)) for name, entries in PLACES]
    addresses = [url for _name, entries in found for _text, url in entries]
    # Where one address begins another, the longer one is meant.
    here = max((url for url in addresses if request.path.startswith(url)), key=len, default="")
    return [
        Place(name, [Entry(text, url, url == here) for text, url in entries])
        for name, entries in found
        if entries
    ]


def _readable(
    site: AdminSite, request: HttpRequest, entries: tuple[str | Page, ...]
) -> list[tuple[str, str]]:
    """(name, address) of what this person may open."""
    found = []
    all_shops = shops_of(request, site) is None
    for entry in entries:
        if isinstance(entry, Page):
            if request.user.has_perm(entry.permission) and (all_shops or not entry.whole):
                found.append((str(entry.name), reverse(entry.route)))
            continue
        model = apps.get_model(entry)
        owner = site._registry.get(model)
        if owner is not None and owner.has_view_permission(request):
            url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            found.append((capfirst(str(model._meta.verbose_name_plural)), url))
    return found
