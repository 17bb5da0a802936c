"""What all pages of the admin have in common."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, ClassVar, Generic, TypeVar

from django.contrib import admin
from django.contrib.admin import ShowFacets
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import ChoiceField
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from apps.common.admin.choices import name_blank
from apps.common.admin.keyset import KeysetChangeList
from apps.common.admin.scope import ShopRule, seen_rows, shops_of, within
from apps.common.caller import Actor, user_actor
from apps.common.cards import contains_card_number
from apps.common.display import name_of

M = TypeVar("M", bound=Model)
P = TypeVar("P", bound=Model)


def actor_of(request: HttpRequest) -> Actor:
    """The member of staff who is logged in, for the trail."""
    assert request.user.pk is not None
    return user_actor(
        request.user.pk,
        request.user.get_username(),
        request_id=str(getattr(request, "request_id", "")),
        credential_id=_session_mark(request),
    )


def _session_mark(request: HttpRequest) -> str:
    """Which session it was, without what would let somebody take it over."""
    session_key = getattr(getattr(request, "session", None), "session_key", None) or ""
    return f"session:{sha256(session_key.encode()).hexdigest()[:16]}" if session_key else ""


def section(title: Any, *fields: Any, folded: bool = False) -> Any:
    """A group of rows on a page; columns may stand among the names of fields."""
    return (title, {"fields": fields, "classes": ("collapse",) if folded else ()})


def rows(*fields: Any) -> Any:
    """The same without a group."""
    return fields


class HouseAdmin(admin.ModelAdmin[M], Generic[M]):
    """Fixed order, 50 rows a page, no counts; search looks each path up by its own index."""

    list_per_page = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    actions = None
    sortable_by = ()
    save_on_top = False
    view_on_site = False

    shop_rule: ClassVar[ShopRule | None] = None
    """How a row belongs to a shop. None: only people who see every shop see this page."""
    search_paths: ClassVar[tuple[str, ...]] = ()
    """Lookups that a search tries, joined by OR. Bare names match exactly."""
    search_help_text = _("Name")
    empty_says: ClassVar[Any] = _("Nothing here yet.")
    empty_first: ClassVar[Any] = ""
    """What would be in this list, and what to do first."""
    trail_name: ClassVar[str] = ""
    """What the trail calls such a thing. Empty: it is no subject of the trail, or (for forms whose
    changes are recorded) it goes by the model's name."""
    add_says: ClassVar[Any] = ""
    """What the button for a new one says, where “Add …” does not say it."""
    lead: ClassVar[Any] = ""
    """One sentence above the list, where its purpose is not obvious."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """What this person may see: lists, pages, searches, buttons and choices all begin here."""
        rows = super().get_queryset(request)
        return within(rows, self.shop_rule, shops_of(request, self.admin_site))

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return super().has_view_permission(request, obj) and self._is_open(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and self._is_open(request)

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._is_open(request)

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._is_open(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) and self._is_open(request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices are the rows that this person may see."""
        if "queryset" not in kwargs and shops_of(request, self.admin_site) is not None:
            kwargs["queryset"] = seen_rows(request, self.admin_site, db_field.related_model)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """What stands for no choice is a word, or a dash where none is needed."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, ChoiceField):
            name_blank(field)
        return field

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Only what is set up has a history of versions; the trail has everything."""
        raise Http404

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return KeysetChangeList

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return self.search_paths

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        """One indexed look-up per path, united by key: an OR over joins would scan the tables."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if contains_card_number(term):
            return queryset.none(), False
        found = [
            rows for path in self.search_paths if (rows := self._look_up(path, term)) is not None
        ]
        found += self.more_found(term)
        if not found:
            return queryset.none(), False
        return queryset.filter(pk__in=found[0].union(*found[1:])), False

    @property
    def trail_kind(self) -> str:
        return self.trail_name

    def trail_key(self, thing: Any) -> str:
        """Under which id the trail knows a thing."""
        return str(thing.pk)

    def more_found(self, term: str) -> list[QuerySet[M, Any]]:
        """Further keys that a search finds, where a plain path does not do."""
        return []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Pages are headed by the thing's name, not by what may be done with it."""
        thing = kwargs.get("obj")
        if thing is not None:
            context["title"] = context["thing_name"] = name_of(thing)
            context["subtitle"] = None
            context["about"] = self.trail_kind and f"{self.trail_kind}:{self.trail_key(thing)}"
        return super().render_change_form(request, context, *args, **kwargs)

    def _is_open(self, request: HttpRequest) -> bool:
        return self.shop_rule is not None or shops_of(request, self.admin_site) is None

    def _look_up(self, path: str, term: str) -> QuerySet[M, Any] | None:
        try:
            return self.model._base_manager.filter(**{path: term}).values("pk")
        except (ValidationError, ValueError):  # no UUID, no number: it cannot be this field
            return None


class ReadOnlyAdmin(HouseAdmin[M], Generic[M]):
    """A window on a ledger: what happened is never changed, corrected or removed by hand.

    Sales, returns, refunds, movements, events and the trail are facts; a wrong one is made good by
    a new one, through the service that knows what else has to follow.
    """

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


class ReadOnlyInline(admin.TabularInline[M, P], Generic[M, P]):
    """Rows that belong to a thing, as a plain table on its page."""

    template = "admin/edit_inline/table.html"
    extra = 0
    max_num = 0
    can_delete = False
    show_change_link = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields or ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
