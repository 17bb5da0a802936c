"""The house's way to show values, for templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.contrib.admin.helpers import AdminField, AdminReadonlyField
from django.db.models import Model
from django.forms import BoundField
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.common import display

register = template.Library()


@register.filter
def money(minor: int | None, currency: str) -> SafeString:
    return display.money(minor, currency)


@register.filter
def label(field: BoundField | AdminField) -> SafeString:
    """The label of a field, marked where it has to be filled in; without a colon."""
    bound = field.field if isinstance(field, AdminField) else field
    attrs: dict[str, str | bool] = {"class": "required"} if bound.field.required else {}
    return bound.label_tag(attrs=attrs, label_suffix="")


@register.filter
def quantity(value: Decimal | None) -> SafeString:
    return display.quantity(value)


@register.filter
def number(value: int) -> SafeString:
    return display.count(value)


@register.filter
def percent(per_mille: int) -> str:
    return f"{number_format(Decimal(per_mille) / 10, 1)} %"


@register.filter
def exact(at: datetime | None, zone: str = "") -> SafeString:
    return display.exact(at, zone)


@register.filter
def moment(at: datetime | None, zone: str = "") -> SafeString:
    return display.moment(at, zone)


@register.filter
def badge(text: object, tone: str = display.CALM) -> SafeString:
    return display.badge(text, tone)


@register.filter
def progress(done: int, total: int | None) -> SafeString:
    return display.progress(done, total)


@register.filter
def digits(value: object) -> str:
    """A number for an attribute, which people do not read: no separators."""
    return str(value)


@register.filter
def copyable(text: object) -> SafeString:
    return display.copyable(text)


@register.filter
def link(target: Model | None, text: object | None = None) -> SafeString:
    return display.link(target, text)


@register.filter
def may_open(model: str) -> bool:
    """`"sales.sale"|may_open`: whether whoever reads may open its pages."""
    return display.may_open(model)


@register.filter
def pairs(values: Mapping[str, Any]) -> SafeString:
    return display.pairs(values)


@register.filter
def contents(field: AdminReadonlyField) -> str:
    """What a field says: Django's icons as words, and no link to what the reader may not open."""
    field.get_admin_url = lambda relation, target: display.link(target)  # type: ignore[method-assign, assignment]
    contents: str = field.contents()
    for icon, word in (("icon-yes.", _("yes")), ("icon-no.", _("no"))):
        if icon in contents and contents.startswith("<img"):
            return word
    return contents


@register.filter
def named(code: str, names: Mapping[str, str]) -> str:
    """The name of a code, or the code."""
    return names.get(code, code)
