from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Least

from apps.common.caller import Caller
from apps.terminals.models import (
    Credential,
    Notice,
    Rotation,
    RotationPolicy,
    RotationTarget,
    Terminal,
)
from apps.terminals.states import CredentialStatus, TerminalStatus


def credential_of(caller: Caller) -> Credential:
    """The credential behind the token of this request."""
    return Credential.objects.defer("secret_hash", "asked_under").get(pk=caller.credential_id)


def with_rotation(rows: QuerySet[Terminal], *, now: datetime) -> QuerySet[Terminal]:
    """Registers with the age of their key and what ends it, in the statement that reads them.

    Adds `key_since` (of the credential in use), `policy` and `key_days` (of the narrowest rotation
    policy in force), `policy_due_at`, `ordered_due_at` (of rotations that have begun), and `due_at`,
    the earlier of both. Each is None where there is none.
    """
    in_use = Credential.objects.filter(terminal=OuterRef("pk"), status=CredentialStatus.ACTIVE)
    ordered = RotationTarget.objects.filter(
        terminal=OuterRef("pk"), done_at=None,
        rotation__cancelled_at=None, rotation__starts_at__lte=now,
    ).order_by("rotation__due_at")  # fmt: skip
    days = ExpressionWrapper(F("key_days") * Value(timedelta(days=1)), DurationField())
    return rows.annotate(
        key_since=Subquery(in_use.values(since=Coalesce("first_used_at", "created_at"))[:1]),
        policy=Subquery(_narrowest_policy().values("pk")[:1]),
        key_days=Subquery(_narrowest_policy().values("every_days")[:1]),
        policy_due_at=ExpressionWrapper(F("key_since") + days, DateTimeField()),
        ordered_due_at=Subquery(ordered.values("rotation__due_at")[:1]),
        due_at=Least("policy_due_at", "ordered_due_at"),
    )


def with_notices(rows: QuerySet[Terminal]) -> QuerySet[Terminal]:
    """Registers with `notice_kinds`: what is open about each."""
    open_ones = Notice.objects.filter(terminal=OuterRef("pk"), cleared_at=None)
    return rows.annotate(notice_kinds=ArraySubquery(open_ones.values("kind")))


def progress_of(rotations: QuerySet[Rotation]) -> QuerySet[Rotation]:
    """Rotations with `total`, `done` and `gone` (out of use without a new key) registers."""
    gone = Q(done_at=None, terminal__status=TerminalStatus.RETIRED)
    return rotations.annotate(
        total=_targets(Count("pk")),
        done=_targets(Count("done_at")),
        gone=_targets(Count("pk", filter=gone)),
    )


def _narrowest_policy() -> QuerySet[RotationPolicy]:
    """The register's, its shop's, its region's, everybody's: as `store.py` has it."""
    everybody = Q(terminal=None, store=None, region=None)
    holds = Q(terminal=OuterRef("pk")) | Q(store=OuterRef("store"))
    holds |= Q(region=OuterRef("store__region")) | everybody
    return RotationPolicy.objects.filter(holds, enabled=True).order_by(
        F("terminal").asc(nulls_last=True),
        F("store").asc(nulls_last=True),
        F("region").asc(nulls_last=True),
    )


def _targets(what: Any) -> Subquery:
    rows = RotationTarget.objects.filter(rotation=OuterRef("pk")).order_by()
    return Subquery(rows.values("rotation").annotate(n=what).values("n"))
