from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.approvals.models import Approver


def approver_of(user_id: Any) -> Approver | None:
    """As whom somebody who is logged in may approve; with level and places."""
    return _whole().filter(user_id=user_id, is_active=True).first()


def find_approver(approver_id: int) -> Approver:
    return _whole().get(pk=approver_id)


def _whole() -> QuerySet[Approver]:
    return Approver.objects.select_related("level").prefetch_related("stores", "regions")
