from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.common.fields import (
    AnythingField,
    CurrencyField,
    DayField,
    FlagField,
    InstantField,
    IntField,
    MinorField,
    OneOfField,
    QuantityField,
    RateField,
    StrictSerializer,
    TextField,
    many,
)
from apps.common.money import CASH_MODES, CashRounding
from apps.sales.commands import NewLine, NewSale, NewTax, NewTender, SaleKey
from apps.sales.models import Sale, SaleLine, SaleTender
from apps.sales.states import Channel, TenderKind

MAX_LINES = 2_000
MAX_TENDERS = 20
MAX_INCREMENT = 100_000


class TaxIn(StrictSerializer):
    code = TextField(max_length=32)
    rate = RateField()
    inclusive = FlagField(default=True)
    amount = MinorField()


class LineIn(StrictSerializer):
    line_number = IntField(least=1)
    sku = TextField(max_length=64)
    description = TextField(max_length=200, allow_blank=True, default="")
    quantity = QuantityField()
    unit_price = MinorField()
    discount = MinorField(default=0)
    taxes = many(TaxIn, most=10)
    total = MinorField()
    serial_number = TextField(max_length=64, allow_blank=True, default="")
    final_sale = FlagField(default=False)


class DiscountIn(StrictSerializer):
    code = TextField(max_length=64)
    amount = MinorField()


class TenderIn(StrictSerializer):
    number = IntField(least=1)
    kind = OneOfField(TenderKind.values)
    amount = MinorField()
    gateway = TextField(max_length=32, allow_blank=True, default="")
    gateway_ref = TextField(max_length=128, allow_blank=True, default="")
    card_brand = TextField(max_length=32, allow_blank=True, default="")
    last4 = TextField(max_length=4, allow_blank=True, default="")
    needs_card_present = FlagField(default=False)
    card_fingerprint = TextField(max_length=64, allow_blank=True, default="")
    rounding = MinorField(
        least=-MAX_INCREMENT, default=0,
        help_text="Part of `amount` that cash was rounded by; negative where rounded down.",
    )  # fmt: skip


class CashRoundingIn(StrictSerializer):
    """How the register rounds what is paid in cash."""

    increment = IntField(least=1, most=MAX_INCREMENT, help_text="Smallest coin, in minor units.")
    mode = OneOfField(list(CASH_MODES), default="half_up")


class SaleIn(StrictSerializer):
    store = TextField(max_length=16, required=False, help_text="Must be the register's own shop.")
    terminal = TextField(max_length=16, help_text="The register that sold (workstation id).")
    business_date = DayField()
    sequence_number = IntField(most=2**53)
    receipt_number = TextField(max_length=64)
    sold_at = InstantField()
    currency = CurrencyField()
    channel = OneOfField(Channel.values, default=Channel.STORE)
    source_order_ref = TextField(max_length=64, allow_blank=True, default="")
    operator = TextField(max_length=64, allow_blank=True, default="")
    customer = TextField(max_length=64, allow_blank=True, default="")
    lines = many(LineIn, least=1, most=MAX_LINES)
    discounts = many(DiscountIn, most=50)
    tenders = many(TenderIn, most=MAX_TENDERS)
    cash_rounding = CashRoundingIn(required=False)
    total = MinorField()
    training = FlagField(default=False)
    voided = FlagField(default=False)
    delivered_at = InstantField(
        required=False, help_text="When the goods arrived; may be said later, with the same sale."
    )


class BatchIn(StrictSerializer):
    sales = serializers.ListField(
        child=AnythingField(),
        min_length=1,
        max_length=500,
        help_text="Each as in POST sales.",
    )


def to_command(data: dict[str, Any]) -> NewSale:
    """The validated body as the domain's words."""
    fields = {name: value for name, value in data.items() if name != "store"}
    fields["lines"] = tuple(_line(line) for line in data["lines"])
    fields["discounts"] = tuple((d["code"], d["amount"]) for d in data["discounts"])
    fields["tenders"] = tuple(NewTender(**tender) for tender in data["tenders"])
    if "cash_rounding" in data:
        fields["cash_rounding"] = CashRounding(**data["cash_rounding"])
    return NewSale(**fields)


def _line(data: dict[str, Any]) -> NewLine:
    return NewLine(**{**data, "taxes": tuple(NewTax(**tax) for tax in data["taxes"])})


class SaleTakenOut(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="sale_id")
    receipt_number = serializers.CharField()
    status = serializers.SerializerMethodField(help_text="`recorded`, also when it came before.")

    def get_status(self, taken: Any) -> str:
        return "recorded"


class BatchItemOut(serializers.Serializer[Any]):
    index = serializers.IntegerField()
    status = serializers.ChoiceField(["recorded", "duplicate", "conflict", "refused"])
    id = serializers.UUIDField(required=False)
    receipt_number = serializers.CharField(required=False)
    problem: Any = serializers.DictField(required=False, help_text="Why, as a problem document.")


class BatchOut(serializers.Serializer[Any]):
    items = BatchItemOut(many=True)


class TaxOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    rate = serializers.CharField()
    inclusive = serializers.BooleanField()
    amount = serializers.IntegerField(source="tax_minor")


class LineOut(serializers.Serializer[SaleLine]):
    line_number = serializers.IntegerField()
    sku = serializers.CharField(source="item.sku")
    description = serializers.CharField()
    quantity = QuantityField()
    unit_price = serializers.IntegerField(source="unit_price_minor")
    discount = serializers.SerializerMethodField(help_text="Own and share of order discounts.")
    tax = serializers.IntegerField(source="tax_minor")
    total = serializers.IntegerField(source="total_minor", help_text="What was paid for the line.")
    returned_quantity = QuantityField()
    authorized_quantity = QuantityField()
    returnable_quantity = serializers.SerializerMethodField()
    taxes = TaxOut(many=True)
    serial_number = serializers.CharField()
    final_sale = serializers.BooleanField()

    def get_discount(self, line: SaleLine) -> int:
        return line.discount_minor + line.order_discount_minor

    def get_returnable_quantity(self, line: SaleLine) -> str:
        left = line.quantity - line.returned_quantity - line.authorized_quantity
        return QuantityField().to_representation(left)


class TenderOut(serializers.Serializer[SaleTender]):
    number = serializers.IntegerField()
    kind = serializers.CharField()
    amount = serializers.IntegerField(source="amount_minor")
    rounding = serializers.IntegerField(
        source="rounding_minor", help_text="Part of `amount` that cash was rounded by."
    )
    refunded = serializers.IntegerField(source="refunded_minor")
    pending = serializers.IntegerField(source="pending_minor")
    refundable = serializers.SerializerMethodField()
    gateway = serializers.CharField()
    card_brand = serializers.CharField()
    last4 = serializers.CharField()

    def get_refundable(self, tender: SaleTender) -> int:
        return tender.amount_minor - tender.refunded_minor - tender.pending_minor


class SaleOut(serializers.Serializer[Sale]):
    id = serializers.UUIDField()
    receipt_number = serializers.CharField()
    store = serializers.CharField(source="store.number")
    terminal = serializers.CharField(source="terminal_number")
    business_date = DayField()
    sequence_number = serializers.IntegerField()
    channel = serializers.CharField()
    sold_at = InstantField()
    delivered_at = InstantField(allow_null=True)
    currency = serializers.CharField()
    operator = serializers.CharField(source="operator_ref")
    customer = serializers.CharField(source="customer_ref")
    total = serializers.IntegerField(source="total_minor")
    training = serializers.BooleanField()
    voided = serializers.BooleanField()
    lines = LineOut(many=True)
    tenders = TenderOut(many=True)


class SalePageOut(serializers.Serializer[Any]):
    items = SaleOut(many=True)
    next = serializers.CharField(allow_null=True)


class KeyQuery(StrictSerializer):
    store = TextField(max_length=16)
    terminal = TextField(max_length=16)
    business_date = DayField()
    sequence_number = serializers.IntegerField(min_value=0, max_value=2**53)

    def to_key(self) -> SaleKey:
        return SaleKey(**self.validated_data)


class SearchQuery(StrictSerializer):
    customer = TextField(max_length=64, required=False, default="")
    sku = TextField(max_length=64, required=False, default="")
    serial = TextField(max_length=64, required=False, default="")
    card_fingerprint = TextField(max_length=64, required=False, default="")
    until = InstantField(required=False)
    since = InstantField(required=False)
    cursor = TextField(max_length=256, required=False)

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python, so the contract's names are given here."""
        fields = super().get_fields()
        fields["from"], fields["to"] = fields.pop("since"), fields.pop("until")
        return fields
