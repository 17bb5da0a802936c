"""Sales that came under the number of another: kept, compared, never applied."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.insights.trouble.base import COUNTED, Group
from apps.sales.models import SaleConflict
from apps.sales.states import ConflictStatus


class SaleConflicts:
    def groups(self, now: datetime) -> list[Group]:
        still_open = SaleConflict.objects.filter(status=ConflictStatus.OPEN)
        rows = still_open.order_by("-last_at").values_list("pk", "first_at", "sale__receipt_number")
        found = list(rows[: COUNTED + 1])
        if not found:
            return []
        key, _first, receipt = found[0]
        return [
            Group(
                what=gettext_lazy("Sale"),
                where="",
                cause=_("another sale under the same number"),
                detail=_("The first one stands. Compare them, then resolve or discard."),
                count=len(found),
                since=min(first for _key, first, _receipt in found),
                example=receipt,
                example_url=reverse("admin:sales_saleconflict_change", args=[key]),
                rows_url=f"{reverse('admin:sales_saleconflict_changelist')}?status=open",
            )
        ]
