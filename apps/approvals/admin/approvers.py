"""Approvers: where and how much; PIN and badge are given and taken by buttons, and never shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import ManyToManyField, Q
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.approvals import services
from apps.approvals.models import Approver
from apps.approvals.policy import LEAST_BADGE, MOST_BADGE, MOST_DIGITS
from apps.common import display
from apps.common.admin import (
    Act,
    AskingAct,
    AskingAdmin,
    HistoryAdmin,
    actor_of,
    answers,
    rows,
    section,
)
from apps.common.admin.columns import column, exactly, related, when
from apps.common.admin.filters import chosen, flagged

_LOCKED = Q(locked_at__isnull=False)


class _Secret(forms.CharField):
    """Typed unseen, and never sent back to the browser."""

    def __init__(self, label: Any, most: int, help_text: Any = "") -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": "off"})
        super().__init__(
            label=label, max_length=most, widget=widget, help_text=help_text, strip=True
        )


class PinForm(forms.Form):
    pin = _Secret(_("PIN"), MOST_DIGITS, _("6 to 12 digits, no easy ones. Let them type it."))
    again = _Secret(_("Once more"), MOST_DIGITS)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("pin") != given.get("again"):
            raise ValidationError({"again": _("The two are not the same.")})
        return given


class BadgeForm(forms.Form):
    badge = _Secret(
        _("What the badge says"), MOST_BADGE,
        _("Scan it into this field; at least %(n)s characters.") % {"n": LEAST_BADGE},
    )  # fmt: skip


def _give_pin(request: HttpRequest, approver: Approver) -> Any:
    pin = answers(request)["pin"]
    services.set_pin(approver, pin, actor=actor_of(request), now=timezone.now())
    return _("The PIN holds from the next request on.")


def _give_badge(request: HttpRequest, approver: Approver) -> Any:
    badge = answers(request)["badge"]
    services.give_badge(approver, badge, actor=actor_of(request), now=timezone.now())
    return _("The badge holds from the next request on; an earlier one opens nothing.")


def _by(service: Callable[..., None], says: Any) -> Callable[[HttpRequest, Approver], Any]:
    def run(request: HttpRequest, approver: Approver) -> Any:
        service(approver, actor=actor_of(request), now=timezone.now())
        return says

    return run


SET_PIN = AskingAct(
    "set-pin", _("Set a PIN"),
    lambda one: _("They prove with it at registers who they are. An earlier PIN holds no more."),
    _give_pin, form=lambda one: PinForm,
)  # fmt: skip
GIVE_BADGE = AskingAct(
    "give-badge", _("Give a badge"),
    lambda one: _("Whoever shows this badge approves as %(who)s. An earlier one holds no more.") % {"who": one},
    _give_badge, form=lambda one: BadgeForm,
)  # fmt: skip
UNLOCK = Act(
    "unlock", _("Unlock"),
    lambda one: _("Five wrong tries in a row. Ask them whether it was they; if not, set another PIN."),
    _by(services.unlock, _("They may try again.")), fits=lambda one: one.locked_at is not None,
)  # fmt: skip
TAKE_PIN = Act(
    "take-pin", _("Take the PIN away"), lambda one: _("No PIN holds until another is set."),
    _by(services.take_pin, _("The PIN holds no more.")), fits=lambda one: bool(one.pin_hash),
    danger=True,
)  # fmt: skip
TAKE_BADGE = Act(
    "take-badge", _("Take the badge away"), lambda one: _("A lost badge opens nothing any more."),
    _by(services.take_badge, _("The badge holds no more.")), fits=lambda one: bool(one.badge_hash),
    danger=True,
)  # fmt: skip


@column("state_approver", _("state"))
def state(approver: Approver) -> str:
    if not approver.is_active:
        return display.badge(_("Not active"))
    if approver.locked_at is not None:
        return display.badge(_("Locked"), display.BAD)
    if not (approver.pin_hash or approver.badge_hash or approver.user_id):
        return display.badge(_("Neither PIN nor badge nor log-in"), display.WAIT)
    return display.badge(_("May approve"), display.GOOD)


@column("places", _("where"))
def places(approver: Approver) -> str:
    if approver.everywhere:
        return str(_("in all shops"))
    found = [*(r.name for r in approver.regions.all()), *(s.number for s in approver.stores.all())]
    return display.listed(found) if found else display.badge(_("nowhere"), display.WAIT)


@column("proofs", _("proves it by"))
def proofs(approver: Approver) -> str:
    given = [(approver.pin_hash, _("PIN")), (approver.badge_hash, _("badge")),
             (approver.user_id, _("log-in"))]  # fmt: skip
    return display.listed(name for held, name in given if held)


_TIMES = rows(
    exactly("pin_set_at", _("PIN set")),
    exactly("badge_set_at", _("badge given")),
    exactly("locked_at", _("locked")),
)


@admin.register(Approver)
class ApproverAdmin(AskingAdmin[Approver], HistoryAdmin[Approver]):
    """Nobody is deleted, since overrides name them: who is not needed is not active any more."""

    acts = (SET_PIN, GIVE_BADGE, UNLOCK, TAKE_PIN, TAKE_BADGE)
    trail_name = "approver"
    list_display = (
        "number",
        "name",
        related("level", _("level")),
        places,
        proofs,
        state,
        when("locked_at", _("locked")),
    )
    list_select_related = ("level",)
    list_filter = (
        flagged("is_active", _("Active")),
        chosen("locked", _("Locked"), [("yes", _("yes"))], lambda value: _LOCKED),
    )
    ordering = ("number",)
    search_paths = ("number", "name__icontains")
    search_help_text = _("Personnel number or name")
    formfield_overrides = {ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    lead = _("Who may allow a return that the rules leave to a person: at the register, or here.")
    empty_says = _("An approver allows returns by PIN or badge at the register, or in the admin.")
    empty_first = _("Add a level first, then the shop managers.")
    fieldsets = (
        section(None, "number", "name", "level", "is_active"),
        section(_("Where"), "everywhere", "regions", "stores"),
        section(_("In the admin"), "user"),
        section(_("PIN and badge"), state, *_TIMES),
    )
    add_fieldsets = fieldsets[:3]
    readonly_fields = rows(state, *_TIMES)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("regions", "stores")

    def get_fieldsets(self, request: HttpRequest, obj: Approver | None = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def save_related(
        self, request: HttpRequest, form: ModelForm[Approver], formsets: Any, change: bool
    ) -> None:
        """Regions and shops are no columns; the trail hears of them here."""
        names = [name for name in ("regions", "stores") if name in form.changed_data]
        approver = form.instance
        before = {name: _named(approver, name) for name in names}
        super().save_related(request, form, formsets, change)
        if names:
            after = {name: _named(approver, name) for name in names}
            data: dict[str, Any] = {
                name: {"before": before[name], "after": after[name]} for name in names
            }
            self.record(request, "places_changed", approver, data)

    def has_delete_permission(self, request: HttpRequest, obj: Approver | None = None) -> bool:
        return False


def _named(approver: Approver, name: str) -> list[str]:
    return sorted(str(one) for one in getattr(approver, name).all())
