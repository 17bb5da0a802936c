"""The settings as a JSON Schema (draft 2020-12), derived from the dataclasses."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from apps.common.money import CURRENCIES
from apps.returns.policy.settings.kinds import Kind, Setting, plain, settings_of


def schema_of(root: type[Any]) -> dict[str, Any]:
    """Of the whole rules: an object with a property for each group."""
    groups = {one.name: one for one in fields(root)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rules of a return policy",
        "type": "object",
        "properties": {
            name: _object(one.metadata["group"]) | _words(one.metadata)
            for name, one in groups.items()
        },
        "required": [name for name, one in groups.items() if one.default is MISSING],
        "additionalProperties": False,
    }


def _object(kind: type[Any]) -> dict[str, Any]:
    settings = settings_of(kind)
    return {
        "type": "object",
        "properties": {name: _property(one, s) for name, (one, s) in settings.items()},
        "required": [name for name, (one, _) in settings.items() if one.default is MISSING],
        "additionalProperties": False,
    }


def _property(one: Any, setting: Setting) -> dict[str, Any]:
    found = _type(setting) | _words({"label": setting.label, "help": setting.help})
    if one.default is not MISSING:
        found["default"] = plain(one.default)
    return found


def _words(metadata: Any) -> dict[str, str]:
    words = {"title": str(metadata["label"]), "description": str(metadata["help"])}
    return {name: text for name, text in words.items() if text}


def _type(setting: Setting) -> dict[str, Any]:
    text: dict[str, Any] = {"type": "string"}
    match setting.kind:
        case Kind.WHOLE:
            return {"type": "integer", "minimum": setting.least, "maximum": setting.most}
        case Kind.FLAG:
            return {"type": "boolean"}
        case Kind.CHOICE:
            return text | {"enum": [key for key, _ in setting.choices]}
        case Kind.PERCENT:
            return text | {"pattern": r"^(0|[1-9]\d?|100)(\.\d{1,2})?$"}
        case Kind.AMOUNTS:
            amount = {"type": "integer", "minimum": 0, "maximum": setting.most}
            names = {"enum": sorted(CURRENCIES)}
            return {"type": "object", "propertyNames": names, "additionalProperties": amount}
        case Kind.DAY:
            return text | {"format": "date"}
        case Kind.CODE:
            return text | {"minLength": 1, "maxLength": setting.most}
        case Kind.CODES:
            item = text | {"minLength": 1, "maxLength": 64}
            return {"type": "array", "items": item, "uniqueItems": True, "maxItems": setting.most}
        case _:
            assert setting.row is not None
            return {"type": "array", "items": _object(setting.row), "maxItems": setting.most}
