"""The forms for people: who they are, what they may, and which shops they see."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.forms import UserChangeForm, UserCreationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.policy import BOUND

Choices = list[tuple[int, str]]


class ShopsForm(forms.ModelForm[User]):
    """Shops and regions by name, as the site knows them; what is chosen is kept as ids."""

    places: ClassVar[tuple[Choices, Choices]] = ([], [])

    shops = forms.TypedMultipleChoiceField(
        label=_("Shops"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("These, and those of the regions."),
    )
    regions = forms.TypedMultipleChoiceField(
        label=_("Regions"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("All their shops, those added later too."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shops, regions = self.places
        self._offer("shops", shops)
        self._offer("regions", regions)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        role = cleaned.get("role", self.instance.role)
        offered = {"shops", "regions"} <= set(self.fields)
        if offered and role in BOUND and not (cleaned.get("shops") or cleaned.get("regions")):
            said = _("Store managers and support see the shops they are given. Name at least one.")
            self.add_error("shops", ValidationError(said))
        return cleaned

    def _offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        if name in self.fields:
            self.fields[name].choices = choices  # type: ignore[attr-defined]


class PersonForm(ShopsForm, UserChangeForm):  # type: ignore[type-arg]
    password = None  # type: ignore[assignment]  # has a page of its own


class NewPersonForm(ShopsForm, UserCreationForm):  # type: ignore[type-arg]
    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username", "role", "email", "shops", "regions")
