"""How a destination is doing, in a list and on its page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.common import display
from apps.common.admin.columns import column
from apps.common.admin.keyset import KeysetChangeList
from apps.integrations.models import Destination
from apps.integrations.policy.durations import write_span
from apps.integrations.policy.health import CLOSED, DEAD_COUNTED, OPEN, Glance
from apps.integrations.selectors import glances
from apps.integrations.states import DestinationStatus, SyncMode


class GlancingList(KeysetChangeList):
    """One statement more tells how all destinations of the page are doing."""

    def _set_page(self, page: list[Model]) -> None:
        super()._set_page(page)
        found = glances([row.pk for row in page], now=timezone.now()) if page else {}
        for row in page:
            row.glance = found.get(row.pk, Glance())  # type: ignore[attr-defined]


def glance_of(destination: Any) -> Glance:
    """Loaded with the list, or now."""
    if not hasattr(destination, "glance"):
        found = glances([destination.pk], now=timezone.now())
        destination.glance = found.get(destination.pk, Glance())
    glance: Glance = destination.glance
    return glance


def mode_in_words(destination: Destination) -> str:
    if destination.sync_mode == SyncMode.EVERY:
        return _("every %(time)s") % {"time": write_span(destination.every_seconds)}
    if destination.sync_mode == SyncMode.DAILY:
        at = destination.daily_at.strftime("%H:%M")
        return _("daily at %(time)s, %(zone)s") % {"time": at, "zone": destination.daily_zone}
    return _("immediately")


@column("mode", gettext_lazy("sent"))
def mode(destination: Destination) -> str:
    return mode_in_words(destination)


@column("oldest", gettext_lazy("oldest waiting"))
def oldest(destination: Destination) -> str:
    """Red beyond the destination's own `max_age`."""
    glance, now = glance_of(destination), timezone.now()
    if glance.oldest_waiting is None:
        return display.muted(_("nothing waits"))
    late = glance.is_late(now, timedelta(seconds=destination.max_age_seconds))
    said = display.since(glance.oldest_waiting)
    return display.badge(said, display.BAD) if late else said


@column("failures", gettext_lazy("failed calls"))
def failures(destination: Destination) -> str:
    """Of the last 100 within an hour."""
    glance = glance_of(destination)
    if not glance.calls:
        return display.muted(_("no calls"))
    numbers = {"failed": glance.failed, "calls": glance.calls}
    text = _("%(failed)s of %(calls)s") % numbers
    if not glance.failed:
        return display.muted(text)
    return display.badge(text, display.BAD if glance.percent_failed >= 50 else display.WAIT)


@column("breaker", gettext_lazy("breaker"))
def breaker(destination: Destination) -> str:
    glance, now = glance_of(destination), timezone.now()
    state = glance.breaker(now)
    if state == CLOSED:
        return display.muted(_("closed"))
    if state == OPEN and glance.open_until is not None:
        return display.noted(
            display.badge(_("open"), display.BAD),
            _("tried %(when)s") % {"when": display.ago(glance.open_until, now)},
        )
    return display.badge(_("probing"), display.WAIT)


@column("when_success", gettext_lazy("last success"))
def last_success(destination: Destination) -> str:
    return display.moment(glance_of(destination).last_success_at)


@column("dead", gettext_lazy("error queue"))
def dead(destination: Destination) -> str:
    glance = glance_of(destination)
    if not glance.dead:
        return display.muted(_("none"))
    many = f"{DEAD_COUNTED}+" if glance.dead > DEAD_COUNTED else str(glance.dead)
    url = reverse("admin:integrations_delivery_changelist")
    return format_html(
        '<a href="{}?status=dead&amp;destination={}">{}</a>',
        url, destination.pk, display.badge(many, display.BAD),
    )  # fmt: skip


@column("status", gettext_lazy("status"))
def status(destination: Destination) -> str:
    tones: dict[str, str] = {
        DestinationStatus.ACTIVE: display.GOOD,
        DestinationStatus.PAUSED: display.WAIT,
    }
    word = display.badge(
        destination.get_status_display(), tones.get(destination.status, display.CALM)
    )
    return display.noted(word, destination.status_reason) if destination.status_reason else word


@column("log", gettext_lazy("deliveries"))
def log(destination: Destination) -> str:
    url = reverse("admin:integrations_delivery_changelist")
    return format_html('<a href="{}?destination={}">{}</a>', url, destination.pk, _("its log"))
