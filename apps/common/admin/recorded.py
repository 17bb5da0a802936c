"""Forms whose changes leave an entry in the trail, with the fields as they were and as they are."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, Protocol, TypeVar, cast

from django.contrib import messages
from django.db.models import Model
from django.db.models.deletion import PROTECT
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.common.admin.base import HouseAdmin
from apps.common.display import name_of

M = TypeVar("M", bound=Model)


class RecordingSite(Protocol):
    """The admin site as these forms need it: the trail lies above this app, the site knows it."""

    def record(
        self,
        request: HttpRequest,
        action: str,
        subject: tuple[str, str, str],
        *,
        data: dict[str, Any],
        reason: str = "",
    ) -> None:
        """`subject`: what kind of thing, its id, and what people call it."""
        ...


class RecordedAdmin(HouseAdmin[M], Generic[M]):
    """A form for what IT sets up. Every save and removal is written to the trail with it.

    What is referenced cannot be deleted; the page says what refers to it, without loading it.
    """

    never_recorded: ClassVar[frozenset[str]] = frozenset({"password"})

    @property
    def trail_kind(self) -> str:
        return self.trail_name or str(self.opts.model_name)

    def save_model(self, request: HttpRequest, obj: M, form: ModelForm[M], change: bool) -> None:
        old = self.model._base_manager.filter(pk=obj.pk).first() if change else None
        super().save_model(request, obj, form, change)
        names = [name for name in form.changed_data if self._is_field(name)]
        if names or not change:
            self.record(request, "changed" if change else "added", obj, _changes(old, obj, names))

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        names = [field.name for field in self.opts.concrete_fields if self._is_field(field.name)]
        self.record(request, "deleted", obj, {name: _plain(obj, name) for name in names})
        super().delete_model(request, obj)

    def record(self, request: HttpRequest, what: str, obj: Model, data: dict[str, Any]) -> None:
        """One entry about a thing, in the transaction of the form."""
        site = cast(RecordingSite, self.admin_site)
        kind = self.trail_kind
        subject = (kind, self.trail_key(obj), name_of(obj)[:150])
        reason = str(getattr(request, "change_reason", ""))
        site.record(request, f"{kind}.{what}", subject, data=data, reason=reason)

    # The trail takes the place of Django's own log of actions.
    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return None

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        may = obj is not None and self.has_delete_permission(request, obj)
        if obj is not None and may and (blockers := self.blockers(obj)):
            text = _("“%(thing)s” cannot be deleted, since there are still: %(what)s.")
            what = ", ".join(blockers)
            messages.error(request, text % {"thing": name_of(obj), "what": what})
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
            return HttpResponseRedirect(reverse(name, args=[obj.pk]))
        return super().delete_view(request, object_id, extra_context)

    def blockers(self, obj: M) -> list[str]:
        """What refers to it, by kind. One EXISTS each: there may be millions of them."""
        return [
            str(relation.related_model._meta.verbose_name_plural)
            for relation in self.opts.related_objects
            if getattr(relation, "on_delete", None) is PROTECT
            and relation.related_model._base_manager.filter(**{relation.field.name: obj}).exists()
        ]

    def _is_field(self, name: str) -> bool:
        known = {field.name for field in self.opts.concrete_fields}
        return name in known - self.never_recorded


def _changes(old: Model | None, new: Model, names: list[str]) -> dict[str, Any]:
    """`{field: {before, after}}` of what a form changed; plain values of what it made."""
    if old is None:
        return {name: _plain(new, name) for name in names}
    return {name: {"before": _plain(old, name), "after": _plain(new, name)} for name in names}


def _plain(thing: Model, name: str) -> Any:
    value = getattr(thing, name)
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    return str(value)
