"""The page of the error queue: by cause, what is under way, and what waits for a second person."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.insights.trouble import Group, read_groups
from apps.integrations.models import Job

PERMISSION = "integrations.view_delivery"
MOST_JOBS = 10


def error_queue(request: HttpRequest) -> dict[str, Any]:
    """What the page says. PermissionDenied for whom deliveries are hidden from."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    now = timezone.now()
    unfinished = Job.objects.filter(finished_at=None).select_related("destination")
    waiting = unfinished.filter(due_at=None).order_by("asked_at")
    running = unfinished.filter(due_at__isnull=False).order_by("due_at")
    return {
        "title": _("Error queue"),
        "at": now,
        "groups": [(group, _buttons(group, request)) for group in read_groups(now=now)],
        "waiting": list(waiting[:MOST_JOBS]),
        "running": list(running[:MOST_JOBS]),
    }


def _buttons(group: Group, request: HttpRequest) -> list[Any]:
    return [
        button
        for button in group.buttons
        if not button.permission or request.user.has_perm(button.permission)
    ]
