"""Grammar of the API: strict input fields, and a serializer that refuses what it does not know.

A serializer here knows types, lengths and enums only. It never queries, never saves, never reads
the clock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

from rest_framework import serializers

from apps.common.money import CURRENCIES, MAX_MINOR

_QUANTITY = re.compile(r"(?:0|[1-9]\d{0,8})(?:\.\d{1,3})?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})")
_RATE = re.compile(r"(?:0|[1-9]\d{0,3})(?:\.\d{1,6})?")
_YEARS = range(1970, 2200)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class StrictSerializer(serializers.Serializer[Any]):
    """Unknown fields are refused, so that a misspelt one is never silently ignored."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := set(data) - set(self.fields)):
            message = "This field is not part of the contract."
            raise serializers.ValidationError(
                {
                    str(name)[:64]: serializers.ErrorDetail(message, "unknown-field")
                    for name in sorted(unknown)
                }
            )
        return super().to_internal_value(data)

    @classmethod
    def read(cls, data: Any) -> Any:
        """The validated value; a ValidationError names every field that is wrong.

        One form of each kind serves all requests. It keeps nothing of what it reads, and building
        its fields anew would cost more than the reading.
        """
        return _form(cls).run_validation(data)


def written(kind: type[serializers.Serializer[Any]], value: Any) -> dict[str, Any]:
    """The value as the contract writes it, by one serializer of each kind for all answers.

    It keeps nothing of what it writes; to build its fields anew takes longer than to write.
    """
    answer: dict[str, Any] = _shape(kind).to_representation(value)
    return answer


@cache
def _shape(kind: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    return kind()


@cache
def _form(kind: type[StrictSerializer]) -> StrictSerializer:
    return kind()


def many(
    child: type[StrictSerializer], *, least: int = 0, most: int
) -> serializers.ListSerializer[Any]:
    """A list of `child`, from `least` to `most` long; left out means empty where `least` is 0."""
    options: dict[str, Any] = {"many": True, "max_length": most}
    options |= {"min_length": least} if least else {"default": list}
    rows: serializers.ListSerializer[Any] = child(**options)  # type: ignore[assignment]
    return rows


class StrictField(serializers.Field[Any, Any, Any, Any]):
    """Base of the fields below: `parse` answers the value or None for «not of this type»."""

    default_error_messages = {"wrong-type": "Expected {expected}."}
    expected = "a value"
    json_schema: ClassVar[dict[str, Any]] = {}

    def schema(self) -> dict[str, Any]:
        """What the OpenAPI document says of the field: as strict as `parse`."""
        return dict(self.json_schema)

    def to_internal_value(self, data: Any) -> Any:
        value = self.parse(data)
        if value is None:
            self.fail("wrong-type", expected=self.expected)
        return value

    def to_representation(self, value: Any) -> Any:
        return value

    def parse(self, data: Any) -> Any:
        raise NotImplementedError


class TextField(StrictField):
    """A string of visible text, 1 to `max_length` characters, trimmed of nothing."""

    default_error_messages = {
        "too-long": "At most {max_length} characters.",
        "blank": "May not be empty.",
    }
    expected = "a string"

    def __init__(self, *, max_length: int = 64, allow_blank: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_length, self.allow_blank = max_length, allow_blank

    def schema(self) -> dict[str, Any]:
        visible = {} if self.allow_blank else {"minLength": 1, "pattern": r"\S"}
        return {"type": "string", "maxLength": self.max_length, **visible}

    def parse(self, data: Any) -> str | None:
        if not isinstance(data, str) or _CONTROL.search(data):
            return None
        if len(data) > self.max_length:
            self.fail("too-long", max_length=self.max_length)
        if not data.strip() and not self.allow_blank:
            self.fail("blank")
        return data


class IntField(StrictField):
    """A whole JSON number within bounds; `"3"`, `3.0` and `true` are none."""

    default_error_messages = {"out-of-range": "From {least} to {most}."}
    expected = "a whole number"

    def __init__(self, *, least: int = 0, most: int = 2**31 - 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least, self.most = least, most

    def schema(self) -> dict[str, Any]:
        bounds = {"minimum": self.least, "maximum": self.most}
        return {"type": "integer", "format": "int64", **bounds}

    def parse(self, data: Any) -> int | None:
        if type(data) is not int:
            return None
        if not self.least <= data <= self.most:
            self.fail("out-of-range", least=self.least, most=self.most)
        return data


class MinorField(IntField):
    """An amount in minor units."""

    expected = "a whole number of minor units"

    def __init__(self, *, least: int = 0, **kwargs: Any) -> None:
        super().__init__(least=least, most=MAX_MINOR, **kwargs)


class FlagField(StrictField):
    expected = "true or false"
    json_schema = {"type": "boolean"}

    def parse(self, data: Any) -> bool | None:
        return data if isinstance(data, bool) else None


class QuantityField(StrictField):
    """A positive decimal string with at most three digits behind the point: `"1"`, `"0.350"`."""

    expected = 'a positive decimal string such as "1" or "0.350"'
    json_schema = {"type": "string", "pattern": f"^{_QUANTITY.pattern}$", "example": "1"}

    def parse(self, data: Any) -> Decimal | None:
        if not isinstance(data, str) or not _QUANTITY.fullmatch(data):
            return None
        return Decimal(data) or None

    def to_representation(self, value: Decimal) -> str:
        return format_quantity(value)


class CountedField(QuantityField):
    """Like a quantity, but nothing at all may have been counted: `"0"`."""

    expected = 'a decimal string such as "0" or "12"'

    def parse(self, data: Any) -> Decimal | None:
        return Decimal(data) if isinstance(data, str) and _QUANTITY.fullmatch(data) else None


class RateField(StrictField):
    """A tax rate as a decimal string: `"0.20"` is 20 percent."""

    expected = 'a decimal string such as "0.20"'
    json_schema = {"type": "string", "pattern": f"^{_RATE.pattern}$", "example": "0.20"}

    def parse(self, data: Any) -> Decimal | None:
        return Decimal(data) if isinstance(data, str) and _RATE.fullmatch(data) else None

    def to_representation(self, value: Decimal) -> str:
        return str(value)


class InstantField(StrictField):
    """RFC 3339 with an offset; a time without one is refused, since it names no instant."""

    expected = "an RFC 3339 time with an offset"
    json_schema = {"type": "string", "format": "date-time"}

    def parse(self, data: Any) -> datetime | None:
        if not isinstance(data, str) or not _TIME.fullmatch(data):
            return None
        try:
            moment = datetime.fromisoformat(data.upper())
        except ValueError:
            return None
        return moment if moment.year in _YEARS else None

    def to_representation(self, value: datetime) -> str:
        return format_instant(value)


class DayField(StrictField):
    expected = "a date such as 2026-11-20"
    json_schema = {"type": "string", "format": "date"}

    def parse(self, data: Any) -> date | None:
        if not isinstance(data, str) or not _DATE.fullmatch(data):
            return None
        try:
            day = date.fromisoformat(data)
        except ValueError:
            return None
        return day if day.year in _YEARS else None

    def to_representation(self, value: date) -> str:
        return value.isoformat()


class CurrencyField(StrictField):
    expected = "an ISO 4217 currency code"
    json_schema = {"type": "string", "enum": sorted(CURRENCIES)}

    def parse(self, data: Any) -> str | None:
        return data if isinstance(data, str) and data in CURRENCIES else None


class OneOfField(StrictField):
    """One of a closed list of words."""

    def __init__(self, choices: list[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.choices = choices
        self.expected = "one of " + ", ".join(choices)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.choices)}

    def parse(self, data: Any) -> str | None:
        return data if isinstance(data, str) and data in self.choices else None


class ObjectField(StrictField):
    """A JSON object: what must stand in it is said elsewhere."""

    expected = "a JSON object"
    json_schema = {"type": "object"}

    def parse(self, data: Any) -> dict[str, Any] | None:
        return data if isinstance(data, dict) else None


class AnythingField(StrictField):
    """Any JSON value: what it must be is said elsewhere, item by item."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def parse(self, data: Any) -> Any:
        return data


def format_quantity(value: Decimal) -> str:
    """`Decimal("2.000")` → `"2"`, `Decimal("0.350")` → `"0.35"`."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_instant(value: datetime) -> str:
    """RFC 3339, UTC written as `Z`."""
    return value.isoformat().replace("+00:00", "Z")
