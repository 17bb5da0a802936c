from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from apps.common.ids import uuid7
from apps.stores.models import Store
from apps.terminals.states import Scope, TerminalStatus


def default_scopes() -> list[str]:
    return [Scope.SELF, Scope.READ, Scope.SALES, Scope.RETURNS, Scope.STOCK, Scope.OFFLINE]


class TerminalProfile(models.Model):
    """What registers of one kind may do. Least privilege: nothing that is not named here."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    scopes = ArrayField(
        models.CharField(max_length=16, choices=Scope.choices),
        default=default_scopes, verbose_name=pgettext_lazy("scopes", "may"),
    )  # fmt: skip
    rate_per_second = models.PositiveIntegerField(
        _("requests per second"), default=20,
        help_text=_("What a register may keep up. 0 is no limit."),
    )  # fmt: skip
    burst = models.PositiveIntegerField(
        _("at once"), default=100,
        help_text=_("How many requests may come together before that limit is felt."),
    )  # fmt: skip
    return_limit_minor = models.BigIntegerField(
        _("returns up to"), null=True, blank=True,
        help_text=_("A manager is asked above; in cents, or the smallest unit of the shop's currency. "
                    "Empty: what the policy says."),
    )  # fmt: skip
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")

    def __str__(self) -> str:
        return self.name


class Terminal(models.Model):
    """A register: one workstation of one shop."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey(Store, models.PROTECT, verbose_name=_("shop"))
    number = models.CharField(
        _("number"), max_length=16, help_text=_("Workstation id in the shop.")
    )
    label = models.CharField(_("label"), max_length=80, blank=True)
    profile = models.ForeignKey(TerminalProfile, models.PROTECT, verbose_name=_("profile"))
    hardware = models.CharField(_("hardware"), max_length=120, blank=True)
    adapter = models.CharField(
        _("speaks"), max_length=32, default="rest", help_text=_("The protocol it speaks.")
    )
    status = models.CharField(
        _("status"), max_length=16, choices=TerminalStatus.choices, default=TerminalStatus.PENDING
    )
    created_at = models.DateTimeField(_("added"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("register")
        verbose_name_plural = _("registers")
        constraints = [
            # A workstation number names one register of a shop.
            models.UniqueConstraint(fields=["store", "number"], name="terminal_number_in_store"),
            models.CheckConstraint(
                condition=models.Q(status__in=TerminalStatus.values), name="terminal_status_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store.number}/{self.number}"


class TerminalSeen(models.Model):
    """When the register was last heard of. Its own narrow table: it changes all day."""

    terminal = models.OneToOneField(Terminal, models.CASCADE, primary_key=True, related_name="seen")
    last_seen_at = models.DateTimeField(_("last seen"))
    heartbeat_at = models.DateTimeField(_("last heartbeat"), null=True)
    clock_skew_ms = models.BigIntegerField(_("clock is ahead by"), null=True)
    queue_depth = models.PositiveIntegerField(_("waiting to be sent"), null=True)
    ip = models.GenericIPAddressField(_("address"), null=True)
    software_version = models.CharField(_("version"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("last seen")
        verbose_name_plural = _("last seen")
