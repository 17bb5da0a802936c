"""What a linter of imports cannot see: where foreign keys point, and what fields are made of."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

CONTRACTS = tomllib.loads(Path(settings.BASE_DIR, "pyproject.toml").read_text())["tool"][
    "importlinter"
]["contracts"]
LAYERS: list[list[str]] = next(
    [[app.strip() for app in layer.split("|")] for layer in contract["layers"]]
    for contract in CONTRACTS
    if contract.get("containers") == ["apps"]
)
HEIGHT = {app: -place for place, layer in enumerate(LAYERS) for app in layer}
OURS = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
FIELDS = [(model, field) for model in OURS for field in model._meta.get_fields()]


def _app(model: type[models.Model]) -> str:
    return model.__module__.split(".")[1]


def _pointing() -> list[tuple[type[models.Model], type[models.Model], str]]:
    """(from, to, field) of every relation that a model of ours declares to another of ours."""
    found = []
    for model, field in FIELDS:
        if isinstance(field, models.ForeignKey | models.ManyToManyField):
            target = field.related_model
            if target in OURS:
                found.append((model, target, field.name))
    return found


def test_every_app_has_its_place() -> None:
    folders = {path.parent.name for path in Path(settings.BASE_DIR, "apps").glob("*/__init__.py")}
    assert folders == set(HEIGHT)
    assert {_app(model) for model in OURS} <= set(HEIGHT)


def test_every_relation_points_down() -> None:
    for source, target, name in _pointing():
        if _app(source) != _app(target):
            where = f"{source.__name__}.{name} -> {target.__name__}"
            assert HEIGHT[_app(source)] > HEIGHT[_app(target)], where
    assert len(_pointing()) > 40


def test_history_points_down_too() -> None:
    historical = [model for model in OURS if model.__name__.startswith("Historical")]
    assert historical
    assert {_app(model) for model in historical} <= set(HEIGHT)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_money_is_a_big_integer_and_nothing_is_a_float(model: type[models.Model]) -> None:
    for field in model._meta.get_fields():
        assert not isinstance(field, models.FloatField), field.name
        if field.name.endswith("_minor"):
            assert isinstance(field, models.BigIntegerField), field.name
        if field.name.endswith("quantity"):
            assert isinstance(field, models.DecimalField), field.name
            assert field.decimal_places == 3, field.name


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_time_is_a_moment_and_every_rule_has_a_name(model: type[models.Model]) -> None:
    for field in model._meta.get_fields():
        if isinstance(field, models.DateTimeField):
            named = field.name.endswith(
                ("_at", "_after", "_until", "_since", "_login", "_joined", "_date")
            )
            assert named or field.name in ("at", "since"), field.name
    names = [constraint.name for constraint in model._meta.constraints]
    assert all(names)
    assert len(set(names)) == len(names)
