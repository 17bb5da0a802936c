"""The page of a return, told to the end; and the pack to take along."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from apps.common.admin import actor_of
from apps.common.admin.scope import shops_of
from apps.insights.services.packing import make_pack
from apps.insights.story.reading import read_proof, read_told
from apps.returns.admin.returns import CustomerReturnAdmin
from apps.returns.admin.story import read_story
from apps.returns.models import CustomerReturn

admin.site.unregister(CustomerReturn)


@admin.register(CustomerReturn)
class StoryAdmin(CustomerReturnAdmin):
    """From the sale to the last answer. What other systems said, only this app may know."""

    change_form_template = "admin/returns/timeline.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.pack)
        return [path("<uuid:key>/pack/", view, name="return_pack"), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        story, user = context.get("story"), request.user
        if story is not None and user.has_perm("integrations.view_delivery"):
            context["told"] = read_told(story)
        if story is not None and user.has_perm("audit.view_auditentry"):
            context["proof"] = read_proof(story.entries)
        return super().render_change_form(request, context, *args, **kwargs)

    def pack(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Everything known of the return as a ZIP that proves itself. Its making stands in the trail."""
        if not (
            self.has_view_permission(request) and request.user.has_perm("audit.view_auditentry")
        ):
            raise PermissionDenied
        story = read_story(
            str(key), shops=shops_of(request, self.admin_site), with_trail=True, with_request=True
        )
        if story is None:
            raise Http404
        raw = make_pack(story, actor=actor_of(request), now=timezone.now())
        headers = {"Content-Disposition": f'attachment; filename="return-{story.what.number}.zip"'}
        return HttpResponse(raw, content_type="application/zip", headers=headers)
