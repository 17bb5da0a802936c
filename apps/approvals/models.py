from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.accounts.models import User
from apps.approvals.policy import Reach
from apps.stores.models import Region, Store


class ApprovalLevel(models.Model):
    """What a role in the shops may allow: up to an amount in each currency, or any."""

    name = models.CharField(
        _("name"), max_length=80, unique=True, help_text=_("Such as shift lead or shop manager.")
    )
    unlimited = models.BooleanField(_("any amount"), default=False)
    limits = models.JSONField(_("up to"), default=dict, blank=True)  # {"EUR": 50000}, minor units
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("approval level")
        verbose_name_plural = _("approval levels")

    def __str__(self) -> str:
        return self.name


class Approver(models.Model):
    """Somebody who may say yes where the rules leave it to a person. PIN and badge are kept as digests."""

    number = models.CharField(
        _("personnel number"), max_length=64, unique=True,
        help_text=_("The same as registers send as operator: nobody approves their own returns."),
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=120)
    level = models.ForeignKey(ApprovalLevel, models.PROTECT, verbose_name=_("level"))
    user = models.OneToOneField(
        User, models.PROTECT, null=True, blank=True, verbose_name=_("logs in as"),
        help_text=_("Then they may also approve in the admin, from wherever they are."),
    )  # fmt: skip
    everywhere = models.BooleanField(_("in all shops"), default=False)
    regions = models.ManyToManyField(Region, blank=True, verbose_name=_("in all shops of"))
    stores = models.ManyToManyField(Store, blank=True, verbose_name=_("in the shops"))
    is_active = models.BooleanField(_("active"), default=True)
    pin_hash = models.CharField(max_length=128, blank=True, editable=False)
    pin_set_at = models.DateTimeField(_("PIN set"), null=True, editable=False)
    badge_hash = models.CharField(max_length=64, blank=True, editable=False)
    badge_set_at = models.DateTimeField(_("badge given"), null=True, editable=False)
    wrong_in_a_row = models.PositiveSmallIntegerField(
        _("wrong in a row"), default=0, editable=False
    )
    locked_at = models.DateTimeField(_("locked"), null=True, editable=False)
    history = HistoricalRecords(
        excluded_fields=["pin_hash", "badge_hash", "wrong_in_a_row"], m2m_fields=[regions, stores]
    )

    class Meta:
        verbose_name = _("approver")
        verbose_name_plural = _("approvers")
        constraints = [
            # A badge tells who it is.
            models.UniqueConstraint(
                fields=["badge_hash"],
                condition=~models.Q(badge_hash=""),
                name="approver_badge_once",
            ),
            # The count stops where the lock begins.
            models.CheckConstraint(
                condition=models.Q(locked_at__isnull=True, wrong_in_a_row__lt=5)
                | models.Q(locked_at__isnull=False, wrong_in_a_row=5),
                name="approver_locked_after_five",
            ),
        ]
        indexes = [
            # Who is locked (the home page).
            models.Index(
                fields=["locked_at"], condition=models.Q(locked_at__isnull=False),
                name="approver_locked",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def reach(self) -> Reach:
        """How far their word goes now; two statements, none where both were fetched before."""
        return Reach(
            self.everywhere,
            frozenset(store.pk for store in self.stores.all()),
            frozenset(region.pk for region in self.regions.all()),
            self.level.unlimited,
            self.level.limits,
        )
