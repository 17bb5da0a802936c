"""What a version says and what it changes: its page, and the question before it is published."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from apps.common.admin import actor_of
from apps.returns.admin.policy import pages, words
from apps.returns.models import BackTest, PolicyVersion


def show(request: HttpRequest, version: PolicyVersion, **more: Any) -> HttpResponse:
    groups = words.groups_of(version.rules)
    return pages.page(
        request, "admin/returns/version.html", version, str(version), version=version,
        tone=pages.tone(version), sentences=words.headline(version.rules), groups=groups,
        off=[one.label for one in groups if not one.on], **_compared(version), **more,
    )  # fmt: skip


def ask_to_publish(request: HttpRequest, version: PolicyVersion) -> HttpResponse:
    actor = actor_of(request)
    mine = version.written_by_id == f"{actor.kind}:{actor.id}"
    tests = BackTest.objects.filter(version=version).select_related("version__policy")
    return pages.page(
        request, "admin/returns/publish.html", version, _("Publish"), version=version,
        alone=version.policy.second_person and mine, last_test=tests.order_by("-id").first(),
        **_compared(version),
    )  # fmt: skip


def _compared(version: PolicyVersion) -> dict[str, Any]:
    before = pages.before(version)
    every = words.differences(before.rules, version.rules) if before else []
    return {
        "before": before,
        "differences": every,
        "changed": [one for one in every if one.changed],
    }
