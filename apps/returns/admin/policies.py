"""Policies: who they are for, and their wordings. A wording is drafted, published, and never changed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
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
from apps.common.admin.columns import column, exactly, related, state, when
from apps.common.admin.filters import chosen
from apps.returns.models import PolicyVersion, ReturnPolicy
from apps.returns.policy.settings import MAX_HOLD_HOURS, MAX_WINDOW_DAYS, default_rules
from apps.returns.services import policies
from apps.returns.states import PolicyScope, VersionStatus

_STATUS = state(
    "status",
    _("status"),
    {
        VersionStatus.DRAFT: display.WAIT,
        VersionStatus.PUBLISHED: display.GOOD,
    },
)


@column("rules", _("rules"))
def rules(version: PolicyVersion) -> str:
    text = _("%(days)s days to return, goods held back for %(hours)s hours")
    return text % {
        "days": version.rules["window"]["days"],
        "hours": version.rules["authorization"]["hours"],
    }


class VersionInline(ReadOnlyInline[PolicyVersion, ReturnPolicy]):
    model = PolicyVersion
    verbose_name_plural = _("Versions")
    ordering = ("-version",)
    show_change_link = True
    fields = rows(
        "version",
        _STATUS,
        rules,
        when("created_at", _("written")),
        when("published_at", _("published")),
        "published_by",
    )


class PolicyForm(forms.ModelForm[ReturnPolicy]):
    class Meta:
        model = ReturnPolicy
        fields = ("name", "scope", "region", "store", "channel", "priority")

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
    last = policy.versions.filter(status=VersionStatus.PUBLISHED).first()
    text = last.rules if last else default_rules()
    draft = policies.draft_version(policy, rules=text, actor=actor_of(request), now=timezone.now())
    owner = admin.site._registry[PolicyVersion]
    assert isinstance(owner, PolicyVersionAdmin)
    owner.record(request, "written", draft, {"rules": draft.rules})
    return HttpResponseRedirect(reverse("admin:returns_policyversion_change", args=[draft.pk]))


WRITE = Act(
    "write-version",
    _("Write a new version"),
    lambda policy: _(
        "A draft is made with the rules that are in force now. It decides nothing until you publish it."
    ),
    _write,
)


@admin.register(ReturnPolicy)
class ReturnPolicyAdmin(ActingAdmin[ReturnPolicy], HistoryAdmin[ReturnPolicy]):
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
    fieldsets = (section(None, "name", "scope", "region", "store", "channel", "priority"),)
    empty_says = _("A policy says how long goods may come back, for all shops, a region or a shop.")
    empty_first = _(
        "Add one, write its first version, and publish it: until then every return is denied."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReturnPolicy]:
        published = PolicyVersion.objects.filter(status=VersionStatus.PUBLISHED)
        rows = super().get_queryset(request).select_related("region", "store")
        return rows.prefetch_related(Prefetch("versions", published))

    def get_inlines(self, request: HttpRequest, obj: ReturnPolicy | None) -> Any:
        return self.inlines if obj else ()


class VersionForm(forms.ModelForm[PolicyVersion]):
    """The rules as numbers; the document they make up is nobody's concern."""

    window_days = forms.IntegerField(
        label=_("Days to return"),
        min_value=0,
        max_value=MAX_WINDOW_DAYS,
        help_text=_(
            "Counted from the day of the sale, to the end of the last day in the shop's time."
        ),
    )
    hold_hours = forms.IntegerField(
        label=_("Hours to bring the goods"),
        min_value=1,
        max_value=MAX_HOLD_HOURS,
        help_text=_("How long an authorized return waits for its goods before it expires."),
    )

    class Meta:
        model = PolicyVersion
        fields = ("lock_version",)
        widgets = {"lock_version": forms.HiddenInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["window_days"] = self.instance.rules["window"]["days"]
        self.initial["hold_hours"] = self.instance.rules["authorization"]["hours"]

    def clean(self) -> dict[str, Any]:
        """Held until the save: nobody publishes or changes the draft in between unseen."""
        data = super().clean() or self.cleaned_data
        now = PolicyVersion.objects.select_for_update().get(pk=self.instance.pk)
        if now.lock_version != data.get("lock_version") or now.status != VersionStatus.DRAFT:
            raise ValidationError(_("Somebody changed this draft meanwhile. Open it again."))
        if not self.errors:
            self.instance.rules = {
                **now.rules,
                "window": {**now.rules["window"], "days": data["window_days"]},
                "authorization": {**now.rules["authorization"], "hours": data["hold_hours"]},
            }
        return data


def _publish(request: HttpRequest, version: PolicyVersion) -> Any:
    made = policies.publish(version, actor=actor_of(request), now=timezone.now())
    return _("%(version)s is in force from now on.") % {"version": made}


PUBLISH = Act(
    "publish",
    _("Publish"),
    lambda version: (
        _(
            "%(version)s decides every return from now on, and the version before it is retired. A "
            "published version cannot be changed; write a new one to change anything."
        )
        % {"version": version}
    ),
    _publish,
    fits=lambda version: version.status == VersionStatus.DRAFT,
)


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ActingAdmin[PolicyVersion], HistoryAdmin[PolicyVersion]):
    """Drafts are edited and published; what was published is what returns were decided by."""

    form = VersionForm
    acts = (PUBLISH,)
    trail_name = "policy"
    list_display = ("__str__", _STATUS, rules, when("published_at", _("published")), "published_by")
    list_select_related = ("policy",)
    list_filter = (chosen("status", _("Status"), VersionStatus.choices),)
    ordering = ("policy__name", "-version")
    search_paths = ("policy__name__icontains",)
    readonly_fields = rows(
        related("policy", _("policy")),
        _STATUS,
        rules,
        exactly("published_at", _("published")),
        "published_by",
        exactly("created_at", _("written")),
    )
    empty_says = _("Wordings of policies: drafts, the ones in force, and the retired ones.")
    empty_first = _("Open a policy and write its first version.")

    def trail_key(self, thing: PolicyVersion) -> str:
        return str(thing.policy_id)

    def record(self, request: HttpRequest, what: str, obj: Any, data: dict[str, Any]) -> None:
        super().record(request, f"draft_{what}", obj, data)

    def get_fieldsets(self, request: HttpRequest, obj: PolicyVersion | None = None) -> Any:
        policy, status, said, published, by, written = self.readonly_fields
        editable = self.has_change_permission(request, obj)
        what = ("window_days", "hold_hours", "lock_version") if editable else (said,)
        return (
            section(None, policy, status),
            (_("Rules"), {"fields": what}),
            section(_("Life"), written, published, by),
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a version is written from its policy

    def has_change_permission(self, request: HttpRequest, obj: PolicyVersion | None = None) -> bool:
        draft = obj is None or obj.status == VersionStatus.DRAFT
        return draft and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: PolicyVersion | None = None) -> bool:
        draft = obj is None or obj.status == VersionStatus.DRAFT
        return draft and super().has_delete_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: PolicyVersion, form: ModelForm[Any], change: bool
    ) -> None:
        before = PolicyVersion.objects.values_list("rules", flat=True).get(pk=obj.pk)
        obj.lock_version += 1
        super().save_model(request, obj, form, change)
        if before != obj.rules:
            self.record(request, "changed", obj, {"rules": {"before": before, "after": obj.rules}})
