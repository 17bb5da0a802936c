"""Failed log-ins that still count, and doors that are shut: read, and opened again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Case, CharField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.admin.acts import OPEN
from apps.accounts.models import LoginTries, TriesBy, User
from apps.common import display
from apps.common.admin import ActingAdmin, ReadOnlyAdmin, rows
from apps.common.admin.columns import column, exactly, when
from apps.common.admin.filters import chosen


@column("whose", _("whose"))
def whose(tries: Any) -> str:
    if tries.by == TriesBy.ADDRESS:
        return display.copyable(tries.key) if tries.key else display.muted(_("address unknown"))
    return display.link_to("accounts.user", tries.key, tries.username or tries.key)


@column("state", _("state"))
def state(tries: LoginTries) -> str:
    if tries.locked_until and tries.locked_until > timezone.now():
        return display.badge(_("closed"), display.BAD)
    return display.badge(_("open"), display.GOOD)


def _is(value: str) -> Q:
    shut = Q(locked_until__gt=timezone.now())
    return shut if value == "closed" else ~shut


@admin.register(LoginTries)
class LoginTriesAdmin(ActingAdmin[LoginTries], ReadOnlyAdmin[LoginTries]):
    """Counted by the door itself, of which there are few: those of the last half hour matter."""

    acts = (OPEN,)
    ordering = ("-began_at", "-pk")
    list_display = (
        "by",
        whose,
        "failures",
        state,
        when("began_at", _("first one")),
        when("locked_until", _("closed until")),
    )
    list_filter = (
        chosen("state", _("State"), [("closed", _("closed")), ("open", _("open"))], _is),
        chosen("by", _("By"), TriesBy.choices),
    )
    fields = rows(
        "by",
        whose,
        state,
        "failures",
        exactly("began_at", _("first one")),
        exactly("locked_until", _("closed until")),
    )
    lead = _("Ten failures within half an hour close an account, and an address, for half an hour.")
    empty_says = _("No log-in has failed lately.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LoginTries]:
        people = User.objects.annotate(text=Cast("pk", CharField())).filter(text=OuterRef("key"))
        mine = Case(When(by=TriesBy.ACCOUNT, then=Subquery(people.values("username")[:1])))
        return super().get_queryset(request).annotate(username=mine)

    def page_of(self, thing: Any) -> str:
        """To the list: what was forgotten has no page any more."""
        if thing.pk is None:
            return reverse("admin:accounts_logintries_changelist")
        return super().page_of(thing)
