"""Staff accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.models import F

from apps.accounts.models import Role, User
from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor


def create_user(
    *,
    username: str,
    password: str,
    role: Role,
    email: str = "",
    shops: Sequence[int] = (),
    regions: Sequence[int] = (),
) -> User:
    """A member of staff who may log in. ValidationError when the password is too weak."""
    user = User(username=username, role=role, email=email, is_staff=True)
    user.shops, user.regions = list(shops), list(regions)
    validate_password(password, user)
    user.set_password(password)
    user.save()
    return user


@transaction.atomic
def end_sessions(person: User, *, actor: Actor, now: datetime) -> None:
    """Log the person out wherever they are logged in; it counts with their next request."""
    User.objects.filter(pk=person.pk).update(session_epoch=F("session_epoch") + 1)
    person.refresh_from_db(fields=["session_epoch"])
    record(person, "user.sessions_ended", actor=actor, now=now)


def note_given_password(person: User, *, by: Any) -> None:
    """Somebody else set the password: the person has to choose one of their own at the next log-in."""
    User.objects.filter(pk=person.pk).update(password_is_given=person.pk != by.pk)


def note_review(*, people: int, actor: Actor, now: datetime) -> None:
    """Somebody took the review of access away as a file."""
    fact = Fact("access.exported", "access", "review", data={"people": people})
    audit.record([fact], actor=actor, now=now)


def record(
    person: User,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    outcome: str = "",
    data: dict[str, Any] | None = None,
) -> None:
    """An entry of the trail about a person."""
    fact = Fact(
        action, "user", str(person.pk), subject_label=person.username, outcome=outcome,
        data=data or {},
    )  # fmt: skip
    audit.record([fact], actor=actor, now=now)
