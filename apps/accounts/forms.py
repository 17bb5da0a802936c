"""What is asked at the door, and on one's own page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import UsernameField
from django.utils.translation import gettext_lazy as _

WRONG = _(
    "That is not right. Check name, password and case. After ten failures a log-in is closed for half "
    "an hour; an IT administrator can open it before."
)
"""The same whatever it was: whether there is such an account is nobody's business."""


class PasswordForm(forms.Form):
    username = UsernameField(
        label=_("Username"), widget=forms.TextInput(attrs={"autofocus": True, "maxlength": 150})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=64,
        widget=forms.TextInput(
            attrs={
                "autofocus": True,
                "autocomplete": "one-time-code",
                "inputmode": "text",
                "spellcheck": "false",
            }
        ),
    )

    def __init__(self, *args: Any, help_text: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = help_text
