from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.common.fields import (
    CountedField,
    InstantField,
    QuantityField,
    StrictSerializer,
    TextField,
)
from apps.inventory.models import StockCount, StockLevel


class StockQuery(StrictSerializer):
    sku = TextField(max_length=64)
    store = TextField(max_length=16, required=False)


class LevelOut(serializers.Serializer[StockLevel]):
    store = serializers.CharField(source="store.number")
    sku = serializers.CharField(source="item.sku")
    on_hand = QuantityField()
    reserved = QuantityField()
    available = serializers.SerializerMethodField()
    quarantined = QuantityField()
    damaged = QuantityField()

    def get_available(self, level: StockLevel) -> str:
        return QuantityField().to_representation(level.on_hand - level.reserved)


class StockOut(serializers.Serializer[Any]):
    items = LevelOut(many=True)
    next = serializers.CharField(allow_null=True, default=None)


class CountIn(StrictSerializer):
    sku = TextField(max_length=64)
    counted = CountedField()
    operator = TextField(max_length=64, required=False, default="")
    occurred_at = InstantField(required=False)


class CountOut(serializers.Serializer[StockCount]):
    sku = serializers.CharField(source="item.sku")
    counted = QuantityField()
    expected = QuantityField()
    difference = serializers.SerializerMethodField()

    def get_difference(self, count: StockCount) -> str:
        return QuantityField().to_representation(count.counted - count.expected)
