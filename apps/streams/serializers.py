from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.common.fields import StrictSerializer, TextField
from apps.events.commands import News


class ResyncQuery(StrictSerializer):
    cursor = TextField(max_length=512, required=False)


class NewsSubjectOut(serializers.Serializer[News]):
    type = serializers.CharField(source="subject_type")
    id = serializers.CharField(source="subject_id")


class NewsOut(serializers.Serializer[News]):
    type = serializers.CharField()
    subject = NewsSubjectOut(source="*")
    data: Any = serializers.JSONField()


class ResyncOut(serializers.Serializer[Any]):
    after = serializers.CharField(help_text="Follow the feed from here when you have read it all.")
    items = NewsOut(many=True)
    next = serializers.CharField(allow_null=True)
