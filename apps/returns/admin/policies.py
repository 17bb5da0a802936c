"""Policies: who they are for, and their wordings. A wording is drafted, published, and never changed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common import display
from apps.common.admin import (
    Act,
    ActingAdmin,
    HistoryAdmin,
    ReadOnlyInline,
    actor_of,
    rows,
    section,
)
from apps.common.admin.choices import show_for
from apps.common.admin.columns import column, state, when
from apps.common.admin.scope import shops_of
from apps.returns.admin.policy import which, words
from apps.returns.admin.policy.pages import TONES, page_of
from apps.returns.models import PolicyVersion, ReturnPolicy
from apps.returns.services import versions
from apps.returns.states import PolicyScope, VersionStatus
from apps.stores.models import Store

STATUS = state("status", _("status"), TONES)


@column("rules", _("rules"))
def rules(version: PolicyVersion) -> str:
    """The first sentences of what it says."""
    return " ".join(words.headline(version.rules)[:2])


class VersionInline(ReadOnlyInline[PolicyVersion, ReturnPolicy]):
    model = PolicyVersion
    verbose_name_plural = _("Versions")
    ordering = ("-version",)
    show_change_link = True
    fields = rows(
        "version",
        STATUS,
        rules,
        when("created_at", _("written")),
        when("published_at", _("published")),
        "published_by",
    )


class PolicyForm(forms.ModelForm[ReturnPolicy]):
    class Meta:
        model = ReturnPolicy
        fields = ("name", "scope", "region", "store", "channel", "priority", "second_person")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        show_for(self, "scope", {"region": [PolicyScope.REGION], "store": [PolicyScope.STORE]})

    def clean(self) -> dict[str, Any]:
        """A policy for a region or a shop names it, and only then."""
        data = super().clean() or self.cleaned_data
        scope = data.get("scope")
        for name, wanted in (("region", PolicyScope.REGION), ("store", PolicyScope.STORE)):
            if scope == wanted and not data.get(name):
                self.add_error(name, _("Choose one, since the policy is for one."))
            if scope != wanted and data.get(name):
                self.add_error(name, _("Leave this empty, since the policy is not for one."))
        return data


@column("in_force", _("in force"))
def in_force(policy: ReturnPolicy) -> str:
    version = next(iter(policy.versions.all()), None)
    if version is None:
        return display.badge(_("nothing published"), display.BAD)
    return display.link(version, f"v{version.version}")


@column("for_whom", _("for"))
def for_whom(policy: ReturnPolicy) -> str:
    return str(policy.region or policy.store or policy.get_scope_display())


def _write(request: HttpRequest, policy: ReturnPolicy) -> HttpResponse:
    """A draft that begins with what is in force now, and its form."""
    draft = versions.draft_version(policy, actor=actor_of(request), now=timezone.now())
    return HttpResponseRedirect(page_of(draft))


WRITE = Act(
    "write-version",
    _("Write a new version"),
    lambda policy: _(
        "A draft is made with the rules that are in force now. It decides nothing until you publish it."
    ),
    _write,
)


def _for_shops(shops: frozenset[int]) -> Q:
    """Policies that may decide in these shops."""
    regions = Store.objects.filter(pk__in=shops).values("region")
    return Q(scope=PolicyScope.ALL) | Q(store__in=shops) | Q(region__in=regions)


def version_for_shops(shops: frozenset[int]) -> Q:
    return Q(policy__in=ReturnPolicy.objects.filter(_for_shops(shops)).values("pk"))


@admin.register(ReturnPolicy)
class ReturnPolicyAdmin(ActingAdmin[ReturnPolicy], HistoryAdmin[ReturnPolicy]):
    shop_rule = staticmethod(_for_shops)
    form = PolicyForm
    trail_name = "policy"
    acts = (WRITE,)
    list_display = ("name", for_whom, "channel", "priority", in_force)
    list_select_related = ("region", "store")
    ordering = ("-priority", "name")
    search_paths = ("name__icontains", "store__number", "region__name__icontains")
    search_help_text = _("Name, shop number or region")
    inlines = (VersionInline,)
    lead = _(
        "Where several policies fit a return, the highest priority decides, then the narrower one."
    )
    fieldsets = (
        section(None, "name", "scope", "region", "store", "channel", "priority", "second_person"),
    )
    empty_says = _("A policy says how long goods may come back, for all shops, a region or a shop.")
    empty_first = _(
        "Add one, write its first version, and publish it: until then every return is denied."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReturnPolicy]:
        published = PolicyVersion.objects.filter(status=VersionStatus.PUBLISHED)
        rows = super().get_queryset(request).select_related("region", "store")
        return rows.prefetch_related(Prefetch("versions", published))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.which_view)
        return [path("which/", view, name="returns_returnpolicy_which"), *super().get_urls()]

    def which_view(self, request: HttpRequest) -> HttpResponse:
        """Which policy decides for a shop and a channel, and why."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return which.show(request, self.opts, shops_of(request, self.admin_site))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        tools = [
            {"label": _("Which one decides?"), "url": reverse("admin:returns_returnpolicy_which")}
        ]
        return super().changelist_view(request, {**(extra_context or {}), "tools": tools})

    def get_inlines(self, request: HttpRequest, obj: ReturnPolicy | None) -> Any:
        return self.inlines if obj else ()
