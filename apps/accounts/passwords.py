"""What a new password has to be, beyond long and uncommon."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def new_password() -> str:
    """One for a person whom a command makes: 96 bits, and digits for certain."""
    return f"{secrets.token_urlsafe(12)}-{secrets.randbelow(90) + 10}"


class LettersAndDigits:
    """PCI DSS 8.3.6 asks for both."""

    def validate(self, password: str, user: Any = None) -> None:
        if not any(c.isalpha() for c in password) or not any(c.isdigit() for c in password):
            raise ValidationError(self.get_help_text(), code="password_letters_digits")

    def get_help_text(self) -> str:
        return _("Your password must contain letters and digits.")


class NotUsedBefore:
    """Neither the present one nor the one before it."""

    def validate(self, password: str, user: Any = None) -> None:
        # From the database: while a form is checked, the person may hold the new one already.
        key: int | None = getattr(user, "pk", None)
        if key is None:
            return
        known = get_user_model()._base_manager.filter(pk=key)
        old = known.values_list("password", "password_before").first() or ()
        if any(check_password(password, hashed) for hashed in old if hashed):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self) -> str:
        return _("Your password must be neither the present one nor the one before it.")
