"""One row of everything that has a page in the admin, so that no address is left untried for want of a thing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Model
from django.db.models.fields import NOT_PROVIDED
from django.utils import timezone

from apps.accounts.models import User
from apps.insights.states import AlertKind
from tests.admin.helpers import registered

_BY_KIND: tuple[tuple[type[models.Field[Any, Any]], Callable[[], Any]], ...] = (
    (models.DateTimeField, timezone.now),
    (models.DateField, lambda: date(2026, 11, 1)),
    (models.JSONField, dict),
    (models.UUIDField, uuid4),
    (models.BooleanField, lambda: False),
    (models.DecimalField, lambda: Decimal(1)),
    (models.BinaryField, lambda: b"x" * 32),
    (models.IntegerField, lambda: 1),
    (models.CharField, lambda: "x1"),
    (models.TextField, lambda: "x1"),
)
SAYS: dict[str, dict[str, Any]] = {
    "insights.Alert": {"kind": AlertKind.STALE, "facts": {"name": "ERP", "max_age_s": 60}},
    "integrations.InboundMessage": {"status": "resolved"},
}
"""What constraints ask for beyond a field's kind."""


def fill_what_is_empty() -> None:
    """Make one row of each registered model that has none; AssertionError says which could not be made."""
    for model in registered():
        if not model._base_manager.exists():
            make_one(model)


def make_one(model: type[Model]) -> Model:
    """A row with something in each field that needs it; what it refers to is found or made."""
    given = dict(SAYS.get(model._meta.label, {}))
    for field in model._meta.concrete_fields:
        if field.name in given or field.attname in given or not _is_needed(field):
            continue
        given[field.name] = _value(field)
    return model._base_manager.create(**given)


def _is_needed(field: models.Field[Any, Any]) -> bool:
    filled = field.default is not NOT_PROVIDED or field.db_default is not NOT_PROVIDED
    automatic = isinstance(field, models.AutoField) or getattr(field, "generated", False)
    return not (filled or automatic or field.null or (field.blank and field.empty_strings_allowed))


def _value(field: models.Field[Any, Any]) -> Any:
    if isinstance(field, models.ForeignKey):
        other = field.related_model
        assert isinstance(other, type)
        found = (
            User.objects.first() if other is User else other._base_manager.order_by("pk").first()
        )
        return found or make_one(other)
    if field.choices:
        return next(iter(dict(field.flatchoices)))
    for kind, make in _BY_KIND:
        if isinstance(field, kind):
            return make()
    raise AssertionError(f"How is {field} filled? Say it in tests/admin/one_of_each.py.")
