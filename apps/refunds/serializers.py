from __future__ import annotations

from rest_framework import serializers

from apps.refunds.commands import OpenedRefund


class RefundOut(serializers.Serializer[OpenedRefund]):
    id = serializers.UUIDField(allow_null=True, help_text="Null while it is only quoted.")
    tender = serializers.IntegerField(source="tender_number", allow_null=True)
    kind = serializers.CharField()
    gateway = serializers.CharField()
    amount = serializers.IntegerField(source="amount_minor")
    status = serializers.CharField()
    credit_code = serializers.CharField(
        help_text="Of store credit, to be printed for the customer."
    )
