"""Logging in. Who tries and fails leaves an entry in the trail too."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.addresses import address_of
from apps.common.caller import Actor


class LoginForm(AdminAuthenticationForm):
    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except ValidationError:
            self._record_failure()
            raise

    def _record_failure(self) -> None:
        """By name only when there is such an account: people type passwords into the name field."""
        username = self.cleaned_data.get("username", "")
        user = User.objects.filter(username=username).first() if username else None
        actor = Actor(
            kind="user",
            id=str(user.pk) if user else "",
            label=user.username if user else "?",
            request_id=str(getattr(self.request, "request_id", "")),
        )
        address = address_of(self.request) if self.request else ""
        fact = Fact(
            "user.login_failed", "user", actor.id, subject_label=actor.label, outcome="refused",
            reason="unknown name" if user is None else "wrong password, or may not log in",
            data={"address": address},
        )  # fmt: skip
        audit.record([fact], actor=actor, now=timezone.now())
