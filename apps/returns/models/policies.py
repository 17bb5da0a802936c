from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.returns.policy.settings import default_rules, validate_rules
from apps.returns.states import Disposition, PolicyScope, VersionStatus
from apps.sales.states import Channel
from apps.stores.models import Region, Store


class ReturnPolicy(models.Model):
    """Under which conditions goods come back, for all shops, a region or a shop, and a channel."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    scope = models.CharField(
        _("for"), max_length=8, choices=PolicyScope.choices, default=PolicyScope.ALL
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, verbose_name=_("region")
    )
    store = models.ForeignKey(Store, models.PROTECT, null=True, blank=True, verbose_name=_("shop"))
    channel = models.CharField(
        _("bought"),
        max_length=8,
        choices=Channel.choices,
        blank=True,
        help_text=_("Empty: anywhere."),
    )
    priority = models.IntegerField(
        _("priority"), default=0, help_text=_("Where several fit, the highest decides.")
    )
    second_person = models.BooleanField(
        _("another person publishes"), default=False,
        help_text=_("A version is put in force by another person than the one who saved it last."),
    )  # fmt: skip
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("return policy")
        verbose_name_plural = _("return policies")
        constraints = [
            # A policy for a region or a shop names it, and only then.
            models.CheckConstraint(
                condition=Q(scope="all", region=None, store=None)
                | Q(scope="region", region__isnull=False, store=None)
                | Q(scope="store", region=None, store__isnull=False),
                name="return_policy_scope_named",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PolicyVersion(models.Model):
    """One wording of a policy. Published ones never change; a return names the one that decided it.

    Triggers hold that: a row is made as a draft, changes as long as it is one, and after that only
    becomes retired. They also copy `needs_second` from the policy when the draft is published.
    """

    policy = models.ForeignKey(
        ReturnPolicy, models.PROTECT, related_name="versions", verbose_name=_("policy")
    )
    version = models.PositiveIntegerField(_("version"))
    status = models.CharField(
        _("status"), max_length=16, choices=VersionStatus.choices, default=VersionStatus.DRAFT
    )
    rules = models.JSONField(_("rules"), default=default_rules, validators=[validate_rules])
    lock_version = models.PositiveIntegerField(default=0)  # one more with each save of the draft
    created_at = models.DateTimeField(_("begun"))
    written_at = models.DateTimeField(_("saved last"), null=True, blank=True)
    written_by = models.CharField(_("saved last by"), max_length=150, blank=True)
    written_by_id = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.CharField(_("published by"), max_length=150, blank=True)
    published_by_id = models.CharField(max_length=64, blank=True)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)
    retired_by = models.CharField(_("retired by"), max_length=150, blank=True)
    needs_second = models.BooleanField(_("published by another person"), default=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        constraints = [
            models.UniqueConstraint(fields=["policy", "version"], name="policy_version_once"),
            # One wording is in force at a time.
            models.UniqueConstraint(
                fields=["policy"],
                condition=Q(status="published"),
                name="policy_one_published",
            ),
            # Where the policy asks for two people, nobody publishes what they saved last.
            models.CheckConstraint(
                condition=Q(status="draft")
                | Q(needs_second=False)
                | (
                    ~Q(published_by_id="")
                    & ~Q(written_by_id="")
                    & ~Q(published_by_id=F("written_by_id"))
                ),
                name="policy_second_is_another",
            ),
            # What was put in force says when.
            models.CheckConstraint(
                condition=Q(status="draft") | Q(published_at__isnull=False),
                name="policy_published_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy.name} v{self.version}"


class ReasonCode(models.Model):
    """Why goods come back."""

    code = models.CharField(_("code"), max_length=32, primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("part of")
    )
    disposition = models.CharField(
        _("goods go to"), max_length=24, choices=Disposition.choices, blank=True,
        help_text=_("Empty: the condition decides."),
    )  # fmt: skip

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("reason")
        verbose_name_plural = _("reasons")

    def __str__(self) -> str:
        return self.name


class ConditionCode(models.Model):
    """In which state goods come back, and where such goods go."""

    code = models.CharField(_("code"), max_length=32, primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    disposition = models.CharField(_("goods go to"), max_length=24, choices=Disposition.choices)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")

    def __str__(self) -> str:
        return self.name
