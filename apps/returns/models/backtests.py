from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.returns.models.policies import PolicyVersion
from apps.returns.models.returns import CustomerReturn
from apps.returns.states import Outcome


class BackTest(models.Model):
    """The rules of a version, tried on the returns of some days; how far it is.

    A worker that takes it up holds it until `due_at`; one that died leaves it to the next, who goes
    on behind `reached_at` and `reached_id`. The rules are kept as they were when it was asked for.
    """

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(
        PolicyVersion, models.CASCADE, related_name="back_tests", verbose_name=_("version")
    )
    rules: Any = models.JSONField(_("rules"))
    lock_version = models.PositiveIntegerField()  # of the version, when it was asked for
    days = models.PositiveIntegerField(_("days"))
    returns_since = models.DateTimeField(_("returns from"))
    returns_until = models.DateTimeField(_("to"))
    asked_at = models.DateTimeField(_("asked for"))
    asked_by = models.CharField(_("asked for by"), max_length=150)
    due_at = models.DateTimeField()
    finished_at = models.DateTimeField(_("finished"), null=True)
    cancelled = models.BooleanField(_("cancelled"), default=False)
    total = models.PositiveIntegerField(_("to look at"), null=True)  # counted by the worker
    seen = models.PositiveIntegerField(_("looked at"), default=0)
    elsewhere = models.PositiveIntegerField(_("of other policies"), default=0)
    reached_at = models.DateTimeField(null=True)
    reached_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("back-test")
        verbose_name_plural = _("back-tests")
        constraints = [
            models.CheckConstraint(
                condition=Q(returns_since__lt=F("returns_until")), name="back_test_stretch"
            ),
        ]
        indexes = [
            # What a worker may take up.
            models.Index(
                fields=["due_at"], condition=Q(finished_at__isnull=True), name="back_test_due"
            ),
            # A version's own, the newest first.
            models.Index(fields=["version", "-id"], name="back_test_of_version"),
        ]

    def __str__(self) -> str:
        return _("%(version)s, last %(days)s days") % {"version": self.version, "days": self.days}


class _Compared(models.Model):
    """What was decided beside what the version decides; money in minor units."""

    id = models.BigAutoField(primary_key=True)
    before = models.CharField(_("was"), max_length=16, choices=Outcome.choices)
    after = models.CharField(_("would be"), max_length=16, choices=Outcome.choices)
    # The worst code that speaks under the version tried; `ok` when none does.
    code = models.CharField(_("mainly since"), max_length=48)
    # False: under the rules that decided, what is known today comes to something else than was said.
    rebuilt = models.BooleanField(_("rebuilt"), default=True)
    currency = models.CharField(_("currency"), max_length=3)
    before_minor = models.BigIntegerField(_("money back, was"), default=0)
    after_minor = models.BigIntegerField(_("would be"), default=0)

    class Meta:
        abstract = True


class BackTestTally(_Compared):
    """How many returns went alike, and their money."""

    back_test = models.ForeignKey(BackTest, models.CASCADE, related_name="tallies")
    returns = models.PositiveIntegerField(_("returns"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)  # outcome or money

    class Meta:
        verbose_name = _("sum of a back-test")
        verbose_name_plural = _("sums of back-tests")
        constraints = [
            # A batch adds to the row of its kind.
            models.UniqueConstraint(
                fields=["back_test", "before", "after", "code", "currency", "rebuilt"],
                name="back_test_tally_once",
            ),
        ]


class BackTestCase(_Compared):
    """A return whose outcome or money would change, or that could not be rebuilt."""

    back_test = models.ForeignKey(BackTest, models.CASCADE, related_name="cases")
    customer_return = models.ForeignKey(
        CustomerReturn, models.CASCADE, related_name="+", verbose_name=_("return")
    )

    class Meta:
        verbose_name = _("case of a back-test")
        verbose_name_plural = _("cases of back-tests")
        constraints = [
            # A return is compared once, whoever carries on.
            models.UniqueConstraint(
                fields=["back_test", "customer_return"], name="back_test_case_once"
            ),
        ]
        indexes = [
            # The cases of one change, page by page.
            models.Index(fields=["back_test", "before", "after", "id"], name="back_test_change"),
        ]
