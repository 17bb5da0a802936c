"""Versions of policies: drafts are edited, tried and published; what was published is read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.admin import Act, ActingAdmin, HistoryAdmin, actor_of
from apps.common.admin.columns import when
from apps.common.admin.filters import chosen
from apps.common.admin.scope import shops_of
from apps.returns.admin.policies import STATUS, for_whom, rules, version_for_shops
from apps.returns.admin.policy import asking, draft, pages, reading, trial
from apps.returns.models import PolicyVersion
from apps.returns.services import versions
from apps.returns.states import VersionStatus


def _retire(request: HttpRequest, version: PolicyVersion) -> Any:
    versions.retire(version, actor=actor_of(request), now=timezone.now())
    return _("%(version)s decides nothing any more.") % {"version": version}


def _write(request: HttpRequest, version: PolicyVersion) -> HttpResponse:
    made = versions.draft_version(
        version.policy, rules=version.rules, actor=actor_of(request), now=timezone.now()
    )
    return HttpResponseRedirect(pages.page_of(made))


RETIRE = Act(
    "retire",
    _("Retire"),
    lambda version: (
        _(
            "%(version)s is taken out of force, and nothing of this policy takes its place. Returns that "
            "no other policy is for are denied from now on."
        )
        % {"version": version}
    ),
    _retire,
    fits=lambda version: version.status == VersionStatus.PUBLISHED,
    danger=True,
)
WRITE = Act(
    "write-version",
    _("New draft from this"),
    lambda version: (
        _("A draft is made with the rules of %(version)s. It decides nothing until you publish it.")
        % {"version": version}
    ),
    _write,
    fits=lambda version: version.status != VersionStatus.DRAFT,
)


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ActingAdmin[PolicyVersion], HistoryAdmin[PolicyVersion]):
    """Drafts are edited and published; what was published is what returns were decided by."""

    shop_rule = staticmethod(version_for_shops)
    acts = (RETIRE, WRITE)
    trail_name = "policy"
    list_display = ("__str__", STATUS, rules, when("published_at", _("published")), "published_by")
    list_select_related = ("policy__region", "policy__store")
    list_filter = (chosen("status", _("Status"), VersionStatus.choices),)
    ordering = ("policy__name", "-version")
    search_paths = ("policy__name__icontains",)
    search_help_text = _("Name of the policy")
    empty_says = _("Wordings of policies: drafts, the ones in force, and the retired ones.")
    empty_first = _("Open a policy and write its first version.")

    def trail_key(self, thing: PolicyVersion) -> str:
        return str(thing.policy_id)

    def record(self, request: HttpRequest, what: str, obj: Any, data: dict[str, Any]) -> None:
        super().record(request, f"draft_{what}", obj, data)

    def get_urls(self) -> list[URLPattern]:
        def own(pattern: str, view: Any, name: str) -> URLPattern:
            found: URLPattern = path(
                f"<int:key>/{pattern}/",
                self.admin_site.admin_view(view),
                name=f"returns_policyversion_{name}",
            )
            return found

        return [
            own("publish", self.publish_view, "publish"),
            own("try", self.try_view, "try"),
            own("back-test", self.back_test_view, "back_test"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The form of a draft; of what was published what it says."""
        version = self._version(request, object_id)
        shared = {
            "may_act": self.may_act(request),
            "may_try": shops_of(request, self.admin_site) is None,
            "where": for_whom(version.policy),
        }
        if self.has_change_permission(request, version):
            may_delete = self.has_delete_permission(request, version)
            return draft.edit(request, version, may_delete=may_delete, **shared)
        if request.method == "POST":
            raise PermissionDenied
        return reading.show(request, version, **shared)

    def publish_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """What it changes, and the button; what is published is what was looked at."""
        version = self._version(request, str(key), acts=True)
        if request.method != "POST":
            return reading.ask_to_publish(request, version)
        text = request.POST.get("lock_version", "")
        seen = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
        refused = pages.refused(
            request,
            lambda: versions.publish(
                version, seen=seen, actor=actor_of(request), now=timezone.now()
            ),
        )
        if not refused:
            said = gettext("%(version)s is in force from now on.")
            messages.success(request, said % {"version": version})
        return HttpResponseRedirect(pages.page_of(version))

    def try_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """One return, past or made up, under this version. Writes nothing."""
        return trial.show(request, self._version(request, str(key), of_all=True))

    def back_test_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Asks for a back-test, and lists those there were."""
        version = self._version(request, str(key), acts=request.method == "POST", of_all=True)
        return asking.show(request, version, may_act=self.may_act(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a version is written from its policy

    def has_change_permission(self, request: HttpRequest, obj: PolicyVersion | None = None) -> bool:
        drafted = obj is None or obj.status == VersionStatus.DRAFT
        return drafted and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: PolicyVersion | None = None) -> bool:
        drafted = obj is None or obj.status == VersionStatus.DRAFT
        return drafted and super().has_delete_permission(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Its back-tests go with a draft, though nobody deletes them by hand."""
        return [str(one) for one in objs], {}, set(), []

    def _version(
        self, request: HttpRequest, key: str, *, acts: bool = False, of_all: bool = False
    ) -> PolicyVersion:
        """`of_all`: the page looks at returns of every shop, so it is for people who may see them."""
        version = self.get_object(request, key)
        if not self.has_view_permission(request) or (acts and not self.may_act(request)):
            raise PermissionDenied
        if of_all and shops_of(request, self.admin_site) is not None:
            raise PermissionDenied
        if version is None:
            raise Http404
        return version
