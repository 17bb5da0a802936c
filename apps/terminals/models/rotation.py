from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.common.ids import uuid7
from apps.stores.models import Region, Store
from apps.terminals.models.registers import Terminal


class RotationPolicy(models.Model):
    """How old a key may get: for all registers, a region, a shop or one; the narrowest counts."""

    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, verbose_name=_("region"),
        help_text=_("For the registers of this region. Region, shop and register left out: for all."),
    )  # fmt: skip
    store = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, verbose_name=_("shop"),
        help_text=_("For the registers of this shop."),
    )  # fmt: skip
    terminal = models.ForeignKey(
        Terminal, models.PROTECT, null=True, blank=True, verbose_name=_("register"),
        help_text=_("For this register only."),
    )  # fmt: skip
    every_days = models.PositiveIntegerField(
        _("every"), default=90, validators=[MinValueValidator(1), MaxValueValidator(730)],
        help_text=_("Days. No key gets older; registers are told from two weeks before."),
    )  # fmt: skip
    overlap_hours = models.PositiveIntegerField(
        _("overlap"), default=24, validators=[MinValueValidator(24), MaxValueValidator(24 * 90)],
        help_text=_("Hours for which the old key works beside the new one, from its first use on."),
    )  # fmt: skip
    window_start = models.TimeField(
        _("from"), null=True, blank=True,
        help_text=_("Registers change keys between these hours of their shop's day. Empty: always."),
    )  # fmt: skip
    window_end = models.TimeField(_("to"), null=True, blank=True)
    enabled = models.BooleanField(_("in force"), default=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("rotation policy")
        verbose_name_plural = _("rotation policies")
        constraints = [
            # For one of: all, a region, a shop, a register.
            models.CheckConstraint(
                condition=Q(store=None, terminal=None)
                | Q(region=None, terminal=None)
                | Q(region=None, store=None),
                name="rotation_policy_one_scope",
                violation_error_message=_(
                    "Choose a region, a shop or a register, or none of them."
                ),
            ),
            # One policy each, so that it is clear which one counts.
            models.UniqueConstraint(
                fields=["region", "store", "terminal"],
                nulls_distinct=False,
                name="rotation_policy_one_each",
                violation_error_message=_("There is a policy for these registers already."),
            ),
            models.CheckConstraint(
                condition=Q(window_start=None, window_end=None)
                | Q(window_start__isnull=False, window_end__isnull=False),
                name="rotation_policy_window_has_both_ends",
                violation_error_message=_("Give both ends of the allowed hours, or neither."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.terminal or self.store or self.region or _("All registers"))


class Rotation(models.Model):
    """A rotation that somebody ordered, for some registers, from a time on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    label = models.CharField(_("registers"), max_length=160)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    ordered_by = models.CharField(_("ordered by"), max_length=160)
    created_at = models.DateTimeField(_("ordered"))
    starts_at = models.DateTimeField(_("from"))
    due_at = models.DateTimeField(_("due by"))
    window_start = models.TimeField(_("hours from"), null=True)
    window_end = models.TimeField(_("hours to"), null=True)
    cancelled_at = models.DateTimeField(_("called off"), null=True)

    class Meta:
        verbose_name = _("rotation")
        verbose_name_plural = _("rotations")

    def __str__(self) -> str:
        return self.label


class RotationTarget(models.Model):
    """One register of a rotation; done when its new credential was used for the first time."""

    id = models.BigAutoField(primary_key=True)
    rotation = models.ForeignKey(Rotation, models.CASCADE, related_name="targets")
    terminal = models.ForeignKey(Terminal, models.CASCADE, verbose_name=_("register"))
    done_at = models.DateTimeField(_("done"), null=True)

    class Meta:
        verbose_name = _("register to rotate")
        verbose_name_plural = _("registers to rotate")
        constraints = [
            models.UniqueConstraint(fields=["rotation", "terminal"], name="rotation_target_once"),
        ]
        indexes = [
            # What a register is still to do, looked up at every token answer.
            models.Index(
                fields=["terminal"], condition=Q(done_at=None), name="rotation_target_open"
            ),
        ]
