from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.views import RegisterView, caller_of
from apps.inventory.selectors import stock_told_at
from apps.returns.serializers import RegisterOut
from apps.returns.services.choosing import policies_in_force
from apps.sales.selectors import sale_received_at
from apps.terminals.selectors import credential_of
from apps.terminals.services.rotation import rotation_due


class Self(RegisterView):
    """The register's own settings, the policies it is answered by, and how old what is known is."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="terminal_self", responses=RegisterOut)
    def get(self, request: Request) -> Response:
        caller, now = caller_of(request), timezone.now()
        context = {
            "now": now,
            "stream_url": f"{settings.STREAM_URL}/api/v1/",
            "rotate_by": rotation_due(caller.terminal_id, now=now),
            "credential": credential_of(caller),
            "policies": policies_in_force(caller),
            "data_ages": {
                "sale_received_at": sale_received_at(caller.store_id),
                "stock_told_at": stock_told_at(caller.store_id),
            },
        }
        return Response(RegisterOut(caller, context=context).data)
