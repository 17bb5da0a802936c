"""People and their roles."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm, UserCreationForm
from django.contrib.auth.models import Group
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Role, User
from apps.common.admin import HistoryAdmin, rows, section
from apps.common.admin.columns import exactly, flag, when
from apps.common.admin.filters import chosen, flagged

admin.site.unregister(Group)  # the role says all


class PersonForm(UserChangeForm):  # type: ignore[type-arg]
    password = None  # type: ignore[assignment]  # has a page of its own


class NewPersonForm(UserCreationForm):  # type: ignore[type-arg]
    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username", "role", "email")


_TIMES = (exactly("last_login", _("last log-in")), exactly("date_joined", _("added")))


@admin.register(User)
class PersonAdmin(HistoryAdmin[User], UserAdmin):  # type: ignore[type-arg]
    """Nobody is deleted, since the trail names them: an account that is not needed is deactivated."""

    form = PersonForm
    change_user_password_template = "admin/set_password.html"
    add_form = NewPersonForm
    list_display = (
        "username",
        "first_name",
        "last_name",
        "role",
        flag("is_active", _("active"), tone="good"),
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
        section(None, "username", "role", "is_active"),
        section(_("Person"), "first_name", "last_name", "email"),
        section(_("Times"), *_TIMES),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("username", "role", "email", "password1", "password2"),
                "description": _(
                    "IT administrators run the system, store managers look things up, auditors see "
                    "everything and change nothing."
                ),
            },
        ),
    )
    readonly_fields = rows(*_TIMES)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Nobody locks themselves out: one's own role and account are changed by somebody else."""
        own = ("role", "is_active") if obj is not None and obj.pk == request.user.pk else ()
        return (*self.readonly_fields, *own)

    def save_model(
        self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool
    ) -> None:
        obj.is_staff = True
        super().save_model(request, obj, form, change)

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        response = super().user_change_password(request, id, form_url)
        person = self.get_object(request, id)
        if request.method == "POST" and response.status_code == 302 and person is not None:
            self.record(request, "password_set", person, {})
        return response

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False
