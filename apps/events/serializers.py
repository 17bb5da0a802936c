from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.common.fields import InstantField, StrictSerializer, TextField
from apps.events.models import Event


class FeedQuery(StrictSerializer):
    after = TextField(max_length=256, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=500, default=100)
    wait = serializers.IntegerField(
        min_value=0, max_value=25, default=0, help_text="Answered at once here; `stream_url` waits."
    )


class StreamQuery(StrictSerializer):
    after = TextField(
        max_length=256, required=False, help_text="The header `Last-Event-ID` goes before it."
    )


class SubjectOut(serializers.Serializer[Event]):
    type = serializers.CharField(source="subject_type")
    id = serializers.CharField(source="subject_id")


class EventOut(serializers.Serializer[Event]):
    position = serializers.IntegerField()
    id = serializers.UUIDField()
    type = serializers.CharField()
    occurred_at = InstantField()
    recorded_at = InstantField()
    store = serializers.CharField(source="store_number")
    terminal = serializers.CharField(source="terminal_number")
    subject = SubjectOut(source="*")
    sequence = serializers.IntegerField()
    data: Any = serializers.JSONField()


class FeedOut(serializers.Serializer[Any]):
    items = EventOut(many=True)
    next = serializers.CharField(help_text="Opaque; pass it as `after`.")
    has_more = serializers.BooleanField()
