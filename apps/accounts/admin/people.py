"""People, their roles and the shops they see."""

from __future__ import annotations

from typing import Any, Protocol, cast

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts.admin.acts import LOG_OUT, RESET, UNLOCK
from apps.accounts.admin.forms import Choices, NewPersonForm, PersonForm
from apps.accounts.models import LoginTries, Role, SecondFactor, TriesBy, User
from apps.accounts.policy import BOUND
from apps.accounts.services import end_sessions, note_given_password
from apps.common import display
from apps.common.admin import ActingAdmin, HistoryAdmin, actor_of, rows, section
from apps.common.admin.columns import column, exactly, flag, when
from apps.common.admin.filters import chosen, flagged
from apps.common.admin.versions import Named

admin.site.unregister(Group)  # the role says all

_TIMES = (exactly("last_login", _("last log-in")), exactly("date_joined", _("added")))


class PlacesSite(Protocol):
    """The admin site as this page needs it: shops lie above people, the site knows them."""

    def places_to_give(self) -> tuple[Choices, Choices]: ...


@column("sees", _("sees"))
def sees(person: User) -> str:
    if not person.shops and not person.regions:
        if person.role in BOUND:
            return display.badge(_("no shop"), display.WAIT)
        return str(_("all shops"))
    shops, regions = len(person.shops), len(person.regions)
    said = [ngettext("%(n)s shop", "%(n)s shops", shops) % {"n": shops}] if shops else []
    if regions:
        said.append(ngettext("%(n)s region", "%(n)s regions", regions) % {"n": regions})
    return display.listed(said)


@column("state_factor", _("second factor"))
def factor(person: Any) -> str:
    if person.has_factor:
        return display.badge(_("set up"), display.GOOD)
    return display.badge(_("not yet"), display.WAIT)


@column("state_door", _("log-in"))
def door(person: Any) -> str:
    return display.badge(_("closed"), display.BAD) if person.is_shut else display.NOTHING


@admin.register(User)
class PersonAdmin(ActingAdmin[User], HistoryAdmin[User], UserAdmin):  # type: ignore[type-arg]
    """Nobody is deleted, since the trail names them: an account that is not needed is deactivated."""

    form = PersonForm
    change_user_password_template = "admin/set_password.html"
    add_form = NewPersonForm
    acts = (UNLOCK, LOG_OUT, RESET)
    list_display = (
        "username",
        "first_name",
        "last_name",
        "role",
        sees,
        factor,
        flag("is_active", _("active"), tone="good"),
        door,
        when("last_login", _("last log-in")),
    )
    list_filter = (chosen("role", _("Role"), Role.choices), flagged("is_active", _("Active")))
    ordering = ("username",)
    search_paths = (
        "username__icontains",
        "first_name__icontains",
        "last_name__icontains",
        "email__icontains",
    )
    search_help_text = _("Name or e-mail address")
    filter_horizontal = ()
    fieldsets = (
        section(None, "username", "role", "is_active", factor, door),
        (
            _("Which shops"),
            {
                "fields": ("regions", "shops"),
                "description": _(
                    "None chosen: IT administrators and auditors see all, store managers and support "
                    "none. With some chosen, anybody sees those only, and no page about the whole."
                ),
            },
        ),
        section(_("Person"), "first_name", "last_name", "email"),
        section(_("Times"), *_TIMES),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("username", "role", "email", "password1", "password2"),
                "description": _(
                    "IT administrators run the system, auditors see everything and change nothing. "
                    "Store managers look things up and approve, support looks things up: both in "
                    "the shops they are given."
                ),
            },
        ),
        section(_("Which shops"), "regions", "shops"),
    )
    readonly_fields = rows(*_TIMES, factor, door)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        confirmed = SecondFactor.objects.filter(person=OuterRef("pk"), confirmed_at__isnull=False)
        tries = LoginTries.objects.filter(by=TriesBy.ACCOUNT, locked_until__gt=timezone.now())
        shut = tries.filter(key=Cast(OuterRef("pk"), CharField()))
        rows = super().get_queryset(request)
        return rows.annotate(has_factor=Exists(confirmed), is_shut=Exists(shut))

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **more: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **more)
        form.places = cast(PlacesSite, self.admin_site).places_to_give()
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Nobody changes what they may themselves: one's own account is changed by somebody else."""
        if obj is None or obj.pk != request.user.pk:
            return self.readonly_fields
        return (*self.readonly_fields, "role", "is_active", *_OWN)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """One's own shops are told, not asked."""
        groups = super().get_fieldsets(request, obj)
        if obj is None or (obj.pk != request.user.pk and self.has_change_permission(request)):
            return groups
        return [
            (title, {**options, "fields": _OWN} if "shops" in options["fields"] else options)
            for title, options in groups
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """One's own second factor is not reset here; the service refuses it as well."""
        response: Any = super().render_change_form(request, context, *args, **kwargs)
        thing = kwargs.get("obj")
        if thing is not None and thing.pk == request.user.pk and "acts" in context:
            mine = self.act_url(thing, RESET)
            context["acts"] = [one for one in context["acts"] if one["url"] != mine]
        return response  # type: ignore[no-any-return]

    def save_model(
        self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool
    ) -> None:
        obj.is_staff = True
        if not change:
            obj.password_is_given = True
        super().save_model(request, obj, form, change)
        if change and {"is_active", "shops", "regions"} & set(form.changed_data):
            end_sessions(obj, actor=actor_of(request), now=timezone.now())

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        with transaction.atomic():
            response = super().user_change_password(request, id, form_url)
            person = self.get_object(request, id)
            if request.method == "POST" and response.status_code == 302 and person is not None:
                note_given_password(person, by=request.user)
                self.record(request, "password_set", person, {})
        return response

    def called(self) -> Named:
        shops, regions = cast(PlacesSite, self.admin_site).places_to_give()
        return {"shops": dict(shops), "regions": dict(regions)}

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


_OWN = (sees,)
