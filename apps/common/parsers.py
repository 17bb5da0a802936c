"""The one way JSON comes in: strict, bounded, and refused when it carries a card number."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict
from rest_framework.parsers import BaseParser

from apps.common.cards import contains_card_number
from apps.common.errors import Invalid, Unprocessable

MAX_DEPTH = 32


class MalformedJSON(Invalid):
    code = "malformed-json"


class DuplicateKey(Invalid):
    code = "duplicate-key"


class BodyTooLarge(Invalid):
    code = "body-too-large"


class CardDataRefused(Unprocessable):
    """The body carried a card number. It is not echoed, logged or stored, and neither is the body."""

    code = "card-data-refused"

    def __init__(self) -> None:
        super().__init__(
            "The request carries what looks like a card number. Send the token, brand and last four digits instead."
        )


class StrictJSONParser(BaseParser):
    """JSON as UTF-8, at most 1 MiB, 32 levels, no duplicate keys, no NaN, no NUL, no card number."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return parse_json(_read(stream))


class BoundedFormParser(BaseParser):
    """A form as UTF-8, at most 1 MiB, whatever charset its header names."""

    media_type = "application/x-www-form-urlencoded"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> QueryDict:
        try:
            return QueryDict(_read(stream), encoding="utf-8")
        except TooManyFieldsSent as error:
            raise Invalid("The form has too many fields.") from error


def _read(stream: IO[bytes]) -> bytes:
    raw = stream.read(settings.MAX_BODY_BYTES + 1)
    if len(raw) > settings.MAX_BODY_BYTES:
        raise BodyTooLarge(f"A body may have at most {settings.MAX_BODY_BYTES} bytes.")
    return raw


def parse_json(raw: bytes) -> Any:
    """The value in `raw`, or a `Refusal` that says what is wrong with it."""
    try:
        text = raw.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=Decimal
        )
    except UnicodeDecodeError as error:
        raise MalformedJSON("The body is not UTF-8.") from error
    except (ValueError, RecursionError) as error:
        detail = (
            f"line {error.lineno} column {error.colno}"
            if isinstance(error, json.JSONDecodeError)
            else "unreadable"
        )
        raise MalformedJSON(f"The body is not JSON ({detail}).") from error
    if contains_card_number(text):
        raise CardDataRefused
    _check(value, 0, escaped="\\" in text)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DuplicateKey("An object in the body names the same key twice.")
    return found


def _no_constant(name: str) -> None:
    raise MalformedJSON(f"{name} is not a number of JSON.")


def _check(value: Any, depth: int, *, escaped: bool) -> None:
    """Depth; and for strings written with escapes: no NUL, no half characters, no hidden card number."""
    if depth > MAX_DEPTH:
        raise MalformedJSON(f"The body is nested more than {MAX_DEPTH} deep.")
    if isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth + 1, escaped=escaped)
            _check(item, depth + 1, escaped=escaped)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1, escaped=escaped)
    elif escaped and isinstance(value, str):
        _check_string(value)


def _check_string(value: str) -> None:
    if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise MalformedJSON("A string in the body holds a character that is no text.")
    if contains_card_number(value):
        raise CardDataRefused
