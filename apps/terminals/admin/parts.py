"""What stands on a register's page beside its own fields: credentials, tokens, its next rotation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.common.admin import ReadOnlyInline, rows
from apps.common.admin.columns import copyable, when
from apps.terminals.admin.columns import KEY
from apps.terminals.models import AccessToken, Credential, RotationPolicy, RotationTarget, Terminal
from apps.terminals.states import USABLE, Scope

TOKENS_SHOWN = 20


class CredentialInline(ReadOnlyInline[Credential, Terminal]):
    model = Credential
    verbose_name_plural = _("Keys and secrets")
    ordering = ("-created_at",)
    show_change_link = True
    fields = rows(
        copyable("hint", _("begins with")),
        "kind",
        KEY,
        when("created_at", _("made")),
        when("first_used_at", _("first used")),
        when("last_used_at", _("last used")),
        when("not_after", _("good until")),
        when("revoked_at", _("revoked")),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Credential]:
        return super().get_queryset(request).defer("secret_hash", "asked_under", "public_key")


def live_tokens(terminal: Terminal, now: datetime) -> list[AccessToken]:
    """The newest of those that would be let in, with `may`: what each may, in words."""
    good = Q(credential__not_after=None) | Q(credential__not_after__gt=now)
    found = list(
        AccessToken.objects.filter(
            good, credential__terminal=terminal, credential__status__in=USABLE,
            revoked_at=None, expires_at__gt=now,
        )
        .select_related("credential")
        .defer("token_hash", "credential__secret_hash", "credential__public_key")
        .order_by("-issued_at", "-id")[:TOKENS_SHOWN]
    )  # fmt: skip
    words: dict[str, Any] = dict(Scope.choices)
    for token in found:
        token.may = ", ".join(str(words.get(scope, scope)) for scope in token.scopes)  # type: ignore[attr-defined]
    return found


@dataclass(frozen=True, slots=True)
class NextRotation:
    """What makes a register renew its key: the policy that counts, and what was ordered."""

    key_since: datetime | None
    policy: RotationPolicy | None
    policy_due_at: datetime | None
    ordered: list[RotationTarget]


def rotation_of(terminal: Any, now: datetime) -> NextRotation:
    """Out of a register read `with_rotation`."""
    key = getattr(terminal, "policy", None)
    policies = RotationPolicy.objects.select_related("region", "store", "terminal__store")
    ordered = RotationTarget.objects.filter(
        terminal=terminal, done_at=None, rotation__cancelled_at=None
    ).select_related("rotation")
    return NextRotation(
        key_since=getattr(terminal, "key_since", None),
        policy=policies.filter(pk=key).first() if key else None,
        policy_due_at=getattr(terminal, "policy_due_at", None),
        ordered=list(ordered.order_by("rotation__due_at")),
    )
