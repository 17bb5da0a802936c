"""The review of access: who may do what, and where. PCI DSS 7.2.4 asks for one every six months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.admin import AdminSite
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts import services, views
from apps.accounts.models import LoginTries, RecoveryCode, Role, SecondFactor, TriesBy, User
from apps.accounts.policy import BOUND
from apps.audit.models import AuditEntry
from apps.common.admin import actor_of
from apps.common.csv_files import write_csv
from apps.stores.models import Region, Store

FAILED_WITHIN = timedelta(days=90)
HEADER = (
    "username", "name", "email", "role", "active", "shops", "regions", "second factor since",
    "recovery codes left", "last log-in", "failed log-ins in 90 days", "locked until", "added",
)  # fmt: skip


_WORDS = {"*": "all", "-": "none"}


@dataclass(frozen=True, slots=True)
class Access:
    """One person in the review of access."""

    username: str
    name: str
    email: str
    role: str
    active: bool
    shops: str
    regions: str
    second_factor_since: datetime | None
    recovery_codes_left: int
    last_login: datetime | None
    failed: int
    locked_until: datetime | None
    added_at: datetime


def read_access(*, now: datetime) -> list[Access]:
    """Everybody, by name, in six statements. `failed` counts log-ins of the last 90 days."""
    shops = dict(Store.objects.values_list("pk", "number"))
    regions = dict(Region.objects.values_list("pk", "name"))
    factors = dict(
        SecondFactor.objects.filter(confirmed_at__isnull=False).values_list("pk", "confirmed_at")
    )
    left = dict(
        RecoveryCode.objects.filter(used_at=None)
        .values_list("person_id")
        .annotate(n=Count("pk"))
        .order_by()
    )
    failed = dict(
        AuditEntry.objects.filter(action="user.login_failed", at__gte=now - FAILED_WITHIN)
        .values_list("subject_id")
        .annotate(n=Count("pk"))
        .order_by()
    )
    shut = dict(
        LoginTries.objects.filter(by=TriesBy.ACCOUNT, locked_until__gt=now).values_list(
            "key", "locked_until"
        )
    )
    return [
        Access(
            username=person.username,
            name=person.get_full_name(),
            email=person.email,
            role=str(Role(person.role).label),
            active=person.is_active,
            shops=_named(person.shops, shops) or _everything(person),
            regions=_named(person.regions, regions),
            second_factor_since=factors.get(person.pk),
            recovery_codes_left=left.get(person.pk, 0),
            last_login=person.last_login,
            failed=failed.get(str(person.pk), 0),
            locked_until=shut.get(str(person.pk)),
            added_at=person.date_joined,
        )
        for person in User.objects.order_by("username")
    ]


def show(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """A table; POST gives it as a file, and writes into the trail who took it."""
    now = timezone.now()
    people = read_access(now=now)
    if request.method != "POST":
        title = _("Review of access")
        return views.page(site, request, "admin/accounts/review.html", title, people=people)
    services.note_review(people=len(people), actor=actor_of(request), now=now)
    rows = [
        (
            one.username, one.name, one.email, one.role, one.active, _WORDS.get(one.shops, one.shops), one.regions,
            one.second_factor_since, one.recovery_codes_left, one.last_login, one.failed,
            one.locked_until, one.added_at,
        )
        for one in people
    ]  # fmt: skip
    name = f"access-{now:%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(write_csv(HEADER, rows), "text/csv; charset=utf-8", headers=headers)


def _named(keys: list[int], names: dict[int, str]) -> str:
    return ", ".join(sorted(names.get(key, f"?{key}") for key in keys))


def _everything(person: User) -> str:
    if person.regions:
        return ""
    return "-" if person.role in BOUND else "*"
