"""Lists that never count and never skip: a page begins behind the last row of the one before."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.http import HttpRequest

AFTER, BEFORE = "after", "before"


class KeysetChangeList(ChangeList):
    """One SELECT of one row more than a page; `older` and `newer` are the addresses beside it.

    The order of the list is fixed (an index carries it), so columns cannot be sorted by a click.
    """

    older: str | None = None
    newer: str | None = None

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self._cursors = {name: request.GET[name] for name in (AFTER, BEFORE) if name in request.GET}
        super().__init__(request, *args, **kwargs)

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        found = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in (AFTER, BEFORE)}

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        fresh = {AFTER: None, BEFORE: None, **(new_params or {})}
        return super().get_query_string(fresh, remove)

    def get_results(self, request: HttpRequest) -> None:
        backwards = BEFORE in self._cursors
        rows = self.queryset
        if cursor := self._cursors.get(BEFORE) or self._cursors.get(AFTER):
            rows = rows.filter(self._beyond(cursor, backwards))
        page = self.fetch(rows, backwards=backwards, limit=self.list_per_page + 1)
        more = len(page) > self.list_per_page
        page = page[: self.list_per_page]
        if backwards:
            page.reverse()
        self._set_page(page)
        if page and (more or backwards):
            self.older = self.get_query_string({AFTER: self._cursor_of(page[-1])})
        if page and (more if backwards else cursor):
            self.newer = self.get_query_string({BEFORE: self._cursor_of(page[0])})

    def fetch(self, rows: Any, *, backwards: bool, limit: int) -> list[Model]:
        """The first so many of the rows, in the order of the list or against it."""
        return list((rows.reverse() if backwards else rows)[:limit])

    def _set_page(self, page: list[Model]) -> None:
        """What Django's own pages read of a list, without any count of the whole."""
        self.result_list = page
        self.result_count = len(page)
        self.full_result_count = None
        self.show_full_result_count = False
        self.show_admin_actions = bool(page)
        self.can_show_all = False
        self.multi_page = False
        self.paginator = None

    def _keys(self) -> list[tuple[str, bool]]:
        """(path, descending) of the order of this list; `pk`, which Django appends, by its own name."""
        own = self.lookup_opts.pk.name
        found: dict[str, bool] = {}
        for name in self.queryset.query.order_by:
            path = str(name).removeprefix("-")
            found.setdefault(own if path == "pk" else path, str(name).startswith("-"))
        return list(found.items())

    def _cursor_of(self, row: Model) -> str:
        values = []
        for path, _ in self._keys():
            value: Any = row
            for name in path.split("__"):
                value = getattr(value, name)
            values.append(value.isoformat() if hasattr(value, "isoformat") else str(value))
        return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")

    def _beyond(self, cursor: str, backwards: bool) -> Q:
        """Rows behind the cursor: (a < x) or (a = x and b < y) …, bounded by a <= x for the index."""
        keys = self._keys()
        values = self._decode(cursor, keys)
        beyond, same = Q(), Q()
        for (path, descending), value in zip(keys, values, strict=True):
            less = descending != backwards
            beyond |= same & Q(**{f"{path}__{'lt' if less else 'gt'}": value})
            same &= Q(**{path: value})
        path, descending = keys[0]
        bound = "lte" if descending != backwards else "gte"
        return Q(**{f"{path}__{bound}": values[0]}) & beyond

    def _decode(self, cursor: str, keys: list[tuple[str, bool]]) -> list[Any]:
        try:
            raw = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            fields = [get_fields_from_path(self.model, path)[-1] for path, _ in keys]
            return [field.to_python(v) for field, v in zip(fields, raw, strict=True)]
        except (ValueError, TypeError, ValidationError, binascii.Error) as error:
            raise IncorrectLookupParameters(error) from error
