from __future__ import annotations

import zoneinfo
from functools import cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.common.money import CURRENCIES, CashRounding
from apps.stores.states import CashMode

_time_zones = cache(zoneinfo.available_timezones)  # it opens some 600 files


def validate_timezone(name: str) -> None:
    if name not in _time_zones():
        raise ValidationError(_("Not a time zone of the IANA list, such as Europe/Berlin."))


def validate_currency(code: str) -> None:
    if code not in CURRENCIES:
        raise ValidationError(_("Not a currency of ISO 4217, such as EUR."))


class Region(models.Model):
    """A group of shops that policies and rotations can be set for."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    def __str__(self) -> str:
        return self.name


class Store(models.Model):
    """A shop. Its time zone decides when a day ends, its currency what a refund is paid in."""

    number = models.CharField(
        _("number"), max_length=16, unique=True, help_text=_("As printed on receipts.")
    )
    name = models.CharField(_("name"), max_length=120)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, verbose_name=_("region")
    )
    timezone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_timezone],
        help_text=_("Decides when a day of the return window ends."),
    )  # fmt: skip
    currency = models.CharField(_("currency"), max_length=3, validators=[validate_currency])
    cash_increment_minor = models.BigIntegerField(
        _("smallest coin"), default=0, validators=[MinValueValidator(0), MaxValueValidator(100_000)],
        help_text=_("In minor units of the currency (5 for 0.05): refunds in cash are rounded to it. 0: they are not."),
    )  # fmt: skip
    cash_mode = models.CharField(
        _("cash is rounded"), max_length=16, choices=CashMode.choices, default=CashMode.HALF_UP,
        help_text=_("A sale that says how its cash was rounded is returned in its own way."),
    )  # fmt: skip
    country = models.CharField(_("country"), max_length=2, help_text=_("ISO 3166, two letters."))
    language = models.CharField(
        _("language"), max_length=8, blank=True, choices=settings.LANGUAGES,
        help_text=_("Of the sentences that its registers show, unless they ask for another. Empty: English."),
    )  # fmt: skip
    sandbox = models.BooleanField(
        _("sandbox"), default=False, help_text=_("A shop for trying things out.")
    )
    opened_on = models.DateField(_("opened"), null=True, blank=True)
    closed_on = models.DateField(_("closed"), null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("shop")
        verbose_name_plural = _("shops")
        constraints = [
            # Coins are worth something.
            models.CheckConstraint(
                condition=models.Q(cash_increment_minor__gte=0), name="store_coin_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def cash_rounding(self) -> CashRounding:
        return CashRounding(self.cash_increment_minor, self.cash_mode)
