"""Field mapping: a template of JSON whose texts may be JMESPath expressions over the event."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

EACH, DO = "=each", "=do"
MAX_DEPTH = 16


class MappingError(ValueError):
    """An expression that cannot be read or applied; `path` says where in the template it stands."""

    def __init__(self, path: str, detail: str) -> None:
        super().__init__(f"{path}: {detail}")
        self.path, self.detail = path, detail


def apply_template(template: Any, event: dict[str, Any]) -> Any:
    """What the destination gets.

    A text that begins with `=` is an expression over the event's envelope (`==` is a text that begins
    with `=`); everything else stands for itself. An object `{"=each": expression, "=do": template}`
    becomes a list: the template once for each item, with `@` the item and `event` the whole.
    MappingError names the place.
    """
    return _apply(template, event, event, "$", 0)


def check_template(template: Any) -> None:
    """MappingError for an expression that cannot be read; whether it fits an event shows with one."""
    _check(template, "$", 0)


def _check(template: Any, path: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise MappingError(path, "nested too deep")
    if isinstance(template, list):
        for i, inner in enumerate(template):
            _check(inner, f"{path}[{i}]", depth + 1)
    elif isinstance(template, dict):
        if EACH in template:
            _read(str(template[EACH]).removeprefix("="), path)
        for name, inner in template.items():
            if name != EACH:
                _check(inner, f"{path}.{name}", depth + 1)
    elif isinstance(template, str) and template.startswith("=") and not template.startswith("=="):
        _read(template[1:], path)


def _read(expression: str, path: str) -> None:
    try:
        _compiled(expression)
    except JMESPathError as error:
        raise MappingError(path, str(error).splitlines()[0]) from error


def _apply(template: Any, here: Any, event: dict[str, Any], path: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise MappingError(path, "nested too deep")
    if isinstance(template, str):
        return _value(template, here, path)
    if isinstance(template, list):
        return [_apply(t, here, event, f"{path}[{i}]", depth + 1) for i, t in enumerate(template)]
    if not isinstance(template, dict):
        return template
    if EACH in template:
        return _each(template, here, event, path, depth)
    return {k: _apply(t, here, event, f"{path}.{k}", depth + 1) for k, t in template.items()}


def _each(
    template: dict[str, Any], here: Any, event: dict[str, Any], path: str, depth: int
) -> list[Any]:
    items = _value(f"={str(template[EACH]).removeprefix('=')}", here, path)
    if items is None:
        return []
    if not isinstance(items, list):
        raise MappingError(path, "=each needs a list")
    made = []
    for i, item in enumerate(items):
        inner = {**item, "event": event} if isinstance(item, dict) else item
        made.append(_apply(template.get(DO), inner, event, f"{path}[{i}]", depth + 1))
    return made


def _value(text: str, here: Any, path: str) -> Any:
    if not text.startswith("="):
        return text
    if text.startswith("=="):
        return text[1:]
    try:
        return _compiled(text[1:]).search(here)
    except JMESPathError as error:
        raise MappingError(path, str(error).splitlines()[0]) from error


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> Any:
    return jmespath.compile(expression)
