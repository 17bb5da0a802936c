from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.approvals.commands import Claim
from apps.approvals.policy import MOST_BADGE, MOST_DIGITS
from apps.approvals.states import Method
from apps.common.fields import (
    CountedField,
    DayField,
    FlagField,
    InstantField,
    IntField,
    MinorField,
    OneOfField,
    QuantityField,
    StrictSerializer,
    TextField,
    many,
)
from apps.common.money import MAX_MINOR, extended_price
from apps.refunds.serializers import RefundOut
from apps.returns.commands import (
    AskedAdjustment,
    AskedExchange,
    AskedLine,
    AskReturn,
    Completion,
    DecidedOffline,
    ReceivedLine,
    Ruling,
    ShownReturn,
)
from apps.returns.services.identity import hash_document
from apps.returns.states import Disposition, Outcome, RefundTo, ReturnStatus
from apps.sales.commands import SaleKey
from apps.terminals.serializers import TerminalOut

MAX_LINES = 500


class SaleRefIn(StrictSerializer):
    """The sale, by receipt number or by its whole natural key."""

    receipt_number = TextField(max_length=64, required=False)
    store = TextField(max_length=16, required=False)
    terminal = TextField(max_length=16, required=False)
    business_date = DayField(required=False)
    sequence_number = IntField(most=2**53, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        natural = {"store", "terminal", "business_date", "sequence_number"}
        if set(attrs) not in ({"receipt_number"}, natural):
            message = (
                "Give the receipt number, or store, terminal, business_date and sequence_number."
            )
            raise serializers.ValidationError(message, code="sale-not-named")
        return attrs


class AdjustmentIn(StrictSerializer):
    amount = MinorField(least=-MAX_MINOR, help_text="More for the customer; negative: less.")
    reason = TextField(max_length=200)

    def validate_amount(self, minor: int) -> int:
        if not minor:
            raise serializers.ValidationError("Changes nothing.", code="out-of-range")
        return minor


class AskedLineIn(StrictSerializer):
    sale_line = IntField(
        least=1, required=False, help_text="Line of the sale; without a receipt, name `sku`."
    )
    sku = TextField(max_length=64, required=False)
    quantity = QuantityField()
    reason = TextField(max_length=32, allow_blank=True, default="")
    condition = TextField(max_length=32, allow_blank=True, default="")
    serial_number = TextField(max_length=64, allow_blank=True, default="")
    adjustment = AdjustmentIn(
        required=False, help_text="What staff gives more or less than the line is worth."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "sale_line" not in attrs and "sku" not in attrs:
            raise serializers.ValidationError("Name `sale_line` or `sku`.", code="line-not-named")
        return attrs


class AskedExchangeIn(StrictSerializer):
    sku = TextField(max_length=64)
    quantity = QuantityField()
    unit_price = MinorField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if extended_price(attrs["unit_price"], attrs["quantity"]) > MAX_MINOR:
            message = f"Quantity x unit price is more than {MAX_MINOR}."
            raise serializers.ValidationError(message, code="out-of-range")
        return attrs


class DocumentIn(StrictSerializer):
    """An identity document. Only a keyed digest of it is kept; it is neither stored nor answered."""

    kind = OneOfField(["id_card", "passport", "driving_licence", "other"])
    issuer = TextField(max_length=16, help_text="The state or authority, such as DE.")
    number = TextField(max_length=64)


class OfflineIn(StrictSerializer):
    """What the register decided by itself, and how fresh its data was then."""

    decision = OneOfField(Outcome.values)
    data_at = InstantField()


class ReturnIn(StrictSerializer):
    sale = SaleRefIn(required=False)
    lines = many(AskedLineIn, least=1, most=MAX_LINES)
    exchange = many(AskedExchangeIn, most=MAX_LINES)
    refund_to = OneOfField(RefundTo.values, default=RefundTo.ORIGINAL)
    operator = TextField(max_length=64, allow_blank=True, default="")
    customer = TextField(max_length=64, allow_blank=True, default="")
    occurred_at = InstantField(required=False)
    complete = FlagField(default=False)
    gift_receipt = FlagField(
        default=False,
        help_text="`sale` is from a gift receipt: the money is for who brings the goods.",
    )
    id_document = DocumentIn(required=False)
    card_fingerprint = TextField(
        max_length=64,
        allow_blank=True,
        default="",
        help_text="Of the card that the customer shows.",
    )
    offline = OfflineIn(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["operator"] and any("adjustment" in line for line in attrs["lines"]):
            message = "Name the operator who changes an amount."
            raise serializers.ValidationError(message, code="operator-not-named")
        return attrs


class ReceivedLineIn(StrictSerializer):
    number = IntField(least=1, help_text="Line of the return.")
    quantity = CountedField(required=False, help_text="What came; as authorized when left out.")
    condition = TextField(max_length=32, allow_blank=True, default="")
    disposition = OneOfField(Disposition.values, default="")


class CompleteIn(StrictSerializer):
    lines = many(ReceivedLineIn, most=MAX_LINES)
    operator = TextField(max_length=64, allow_blank=True, default="")

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({line["number"] for line in lines}) != len(lines):
            raise serializers.ValidationError("A line stands twice.", code="repeated-number")
        return lines


class VoidIn(StrictSerializer):
    reason = TextField(max_length=200, allow_blank=True, default="")
    operator = TextField(max_length=64, allow_blank=True, default="")


class OverrideIn(StrictSerializer):
    """Who allows it, or not: personnel number and PIN, or a badge. Neither is kept in any form."""

    approver = TextField(
        max_length=64, required=False, help_text="Personnel number; a badge needs none."
    )
    pin = TextField(max_length=MOST_DIGITS, required=False)
    badge = TextField(max_length=MOST_BADGE, required=False, help_text="What the badge says.")
    reason = TextField(max_length=200)
    approve = FlagField(default=True, help_text="False: the manager does not allow it.")
    complete = FlagField(
        default=False, help_text="The goods are here: complete it, if it is authorized now."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("pin" in attrs) == ("badge" in attrs) or ("pin" in attrs and "approver" not in attrs):
            message = "Give `approver` and `pin`, or `badge`."
            raise serializers.ValidationError(message, code="approver-not-named")
        return attrs


class ListQuery(StrictSerializer):
    status = OneOfField(ReturnStatus.values, required=False, default="")
    since = InstantField(required=False)
    cursor = TextField(max_length=256, required=False)


class OneQuery(StrictSerializer):
    wait = OneOfField(
        ["refunds", "decision"],
        required=False,
        help_text="Until no refund is on its way, or a manager has decided; 10 s at most. "
        "Answered at once here; `stream_url` waits.",
    )


def to_ask(data: dict[str, Any]) -> AskReturn:
    """The validated body as the domain's words; lines are numbered in the order given."""
    return AskReturn(
        sale=SaleKey(**data["sale"]) if "sale" in data else None,
        lines=tuple(
            AskedLine(
                number=n, sale_line=line.get("sale_line"), sku=line.get("sku", ""), **_common(line)
            )
            for n, line in enumerate(data["lines"], start=1)
        ),
        exchange=tuple(
            AskedExchange(number=n, **e) for n, e in enumerate(data["exchange"], start=1)
        ),
        refund_to=data["refund_to"],
        operator=data["operator"],
        customer=data["customer"],
        occurred_at=data.get("occurred_at"),
        complete=data["complete"],
        gift_receipt=data["gift_receipt"],
        id_hash=hash_document(**data["id_document"]) if "id_document" in data else "",
        card_fingerprint=data["card_fingerprint"],
        offline=_offline(data["offline"]) if "offline" in data else None,
    )


def _offline(data: dict[str, Any]) -> DecidedOffline:
    return DecidedOffline(outcome=data["decision"], data_at=data["data_at"])


def _common(line: dict[str, Any]) -> dict[str, Any]:
    common = {name: line[name] for name in ("quantity", "reason", "condition", "serial_number")}
    if change := line.get("adjustment"):
        common["adjustment"] = AskedAdjustment(change["amount"], change["reason"])
    return common


def to_completion(data: dict[str, Any]) -> Completion:
    lines = tuple(ReceivedLine(**{"quantity": None, **line}) for line in data["lines"])
    return Completion(lines=lines, operator=data["operator"])


def to_ruling(data: dict[str, Any]) -> tuple[Claim, Ruling]:
    claim = Claim(data.get("approver", ""), data.get("pin", ""), data.get("badge", ""))
    return claim, Ruling(data["approve"], data["reason"], data["complete"])


class ReturnLineOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    sale_line = serializers.IntegerField(allow_null=True)
    sku = serializers.CharField()
    quantity = QuantityField()
    outcome = serializers.CharField()
    codes = serializers.ListField(child=serializers.CharField())
    refund = serializers.IntegerField()
    tax = serializers.IntegerField()
    fee = serializers.IntegerField(help_text="Kept back, never more than `refund`.")
    adjustment = serializers.IntegerField(help_text="What staff gave more or, negative, less.")
    disposition = serializers.CharField()


class ExchangeLineOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    sku = serializers.CharField()
    quantity = QuantityField()
    unit_price = serializers.IntegerField()
    total = serializers.IntegerField()


class MessageOut(serializers.Serializer[Any]):
    to = serializers.ChoiceField(["operator", "customer"])
    code = serializers.CharField()
    text = serializers.CharField()


class OverrideOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    allowed = serializers.BooleanField()
    approver = serializers.CharField(help_text="Personnel number.")
    method = serializers.ChoiceField(Method.values)
    reason = serializers.CharField()
    at = InstantField()


class PolicyOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    version = serializers.IntegerField()


class ReturnOut(serializers.Serializer[ShownReturn]):
    id = serializers.UUIDField(allow_null=True, help_text="Null for a quote.")
    number = serializers.CharField(allow_null=True)
    status = serializers.CharField(help_text="`quoted` for a quote.")
    decision = serializers.CharField()
    kind = serializers.CharField()
    scope = serializers.CharField(
        help_text="`full` when nothing of the sale is left, else `partial`."
    )
    currency = serializers.CharField()
    receipt_number = serializers.CharField()
    refund_total = serializers.IntegerField()
    exchange_total = serializers.IntegerField()
    fee_total = serializers.IntegerField()
    fees_kept_by = serializers.CharField(help_text="Number of the shop; empty without a fee.")
    adjustment_total = serializers.IntegerField()
    rounding = serializers.IntegerField(
        help_text="By how much the cash in `refund_total` was rounded; negative: down."
    )
    amount_due = serializers.IntegerField(help_text="What the customer pays on top.")
    lines = ReturnLineOut(many=True)
    exchange = ExchangeLineOut(many=True)
    refunds = RefundOut(many=True)
    messages = MessageOut(many=True)
    occurred_at = InstantField()
    expires_at = InstantField(allow_null=True)
    policy = PolicyOut(allow_null=True)
    appeal_reference = serializers.CharField(
        allow_null=True, help_text="What a customer quotes who disagrees with a denial; else null."
    )
    overrides = OverrideOut(many=True, help_text="What a manager said, by code.")
    trace_url = serializers.SerializerMethodField()

    def get_trace_url(self, shown: ShownReturn) -> str | None:
        if shown.id is None:
            return None
        return f"{settings.PUBLIC_URL}/admin/returns/customerreturn/{shown.id}/change/"


class ReturnPageOut(serializers.Serializer[Any]):
    items = ReturnOut(many=True)
    next = serializers.CharField(allow_null=True)


class PolicyInForceOut(serializers.Serializer[Any]):
    channel = serializers.CharField(help_text="Where was bought what this policy decides on here.")
    policy = serializers.CharField(source="version.policy.name")
    version = serializers.IntegerField(source="version.version")
    published_at = InstantField(source="version.published_at")


class DataAgesOut(serializers.Serializer[Any]):
    sale_received_at = InstantField(
        allow_null=True, help_text="The newest sale of this shop that is known here."
    )
    stock_told_at = InstantField(
        allow_null=True, help_text="The newest word of another system on this shop's stock."
    )


class RegisterOut(TerminalOut):
    """The register's own settings, the policies it is answered by, and how old what is known is."""

    policies = serializers.SerializerMethodField()
    data_ages = serializers.SerializerMethodField()

    @extend_schema_field(PolicyInForceOut(many=True))
    def get_policies(self, caller: Any) -> Any:
        return PolicyInForceOut(self.context["policies"], many=True).data

    @extend_schema_field(DataAgesOut)
    def get_data_ages(self, caller: Any) -> Any:
        return DataAgesOut(self.context["data_ages"]).data
