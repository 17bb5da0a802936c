"""What the home page says: all well or what is not, first steps, and the day in figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.common.admin.scope import Shops
from apps.common.display import BAD, CALM, WAIT, ago
from apps.insights import selectors
from apps.insights.models import VerifyRun
from apps.insights.selectors import Accuracy, Fleet, OpenRefunds, Pulse
from apps.insights.states import AlertKind
from apps.insights.wording import sentence
from apps.integrations.selectors import Cause, Waiting, dead_causes, longest_waiting
from apps.refunds.states import RefundKind
from apps.returns.states import Outcome

BEAT_LATE = timedelta(minutes=1)
EVENTS_LATE = timedelta(minutes=1)
VERIFY_LATE = timedelta(minutes=15)
SEALS_LATE = timedelta(minutes=1)
SIGNED_LATE = timedelta(hours=2)
MOST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that is not well (or, calm, that waits for somebody), and where to mend it."""

    tone: str
    text: str
    url: str
    mend: str


@dataclass(frozen=True, slots=True)
class Step:
    """One of the first steps on an empty installation."""

    text: str
    url: str
    done: bool


@dataclass(frozen=True, slots=True)
class DecisionRow:
    name: str
    code: str
    today: int
    last_week: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour of the chart, in units of its box of 240 x 60, with what it says on hover."""

    x: int
    approved: int
    other: int
    label: str

    @property
    def top_approved(self) -> int:
        return 60 - self.approved

    @property
    def top_other(self) -> int:
        return 60 - self.approved - self.other


@dataclass(frozen=True, slots=True)
class Home:
    at: datetime
    since: datetime
    alerts: list[Alert]
    notes: list[Alert]
    steps: list[Step]
    decisions: list[DecisionRow]
    money: list[dict[str, Any]]
    sales: tuple[int, int]
    fleet: Fleet
    accuracy: Accuracy
    refunds: OpenRefunds
    pulse: Pulse
    verify: VerifyRun | None
    bars: list[Bar]
    waiting: list[tuple[Waiting, bool]]
    causes: list[Cause]
    whole: bool = True
    shops: int = 0

    @property
    def worst(self) -> str:
        return BAD if any(alert.tone == BAD for alert in self.alerts) else WAIT

    @property
    def returns_today(self) -> int:
        return sum(row.today for row in self.decisions)

    @property
    def returns_last_week(self) -> int:
        return sum(row.last_week for row in self.decisions)


def read_home(
    *, now: datetime, shops: Shops = None, may: Callable[[str], bool] = lambda permission: True
) -> Home:
    """Everything on the home page, in twelve statements; of these shops only, if any are named.

    `may` tells which permissions the reader holds: what one may not open is not pointed at.
    """
    if shops is not None:
        return _home_of_shops(now, shops, may)
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    pulse = selectors.read_pulse(now)
    refunds = selectors.read_open_refunds(now)
    fleet = selectors.read_fleet(now)
    verify = selectors.read_last_verify()
    steps = _first_steps(pulse, fleet)
    found = (
        []
        if steps
        else [*_about_approvals(pulse, may), *_alerts(pulse, refunds, fleet, verify, now)]
    )
    return Home(
        at=now,
        since=today,
        alerts=[alert for alert in found if alert.tone != CALM],
        notes=[alert for alert in found if alert.tone == CALM],
        steps=steps,
        decisions=_decisions(selectors.read_returns(now, today)),
        money=_money(selectors.read_money_out(today)),
        sales=selectors.read_sales(now, today),
        fleet=fleet,
        accuracy=selectors.read_accuracy(now),
        refunds=refunds,
        pulse=pulse,
        verify=verify,
        bars=_bars(selectors.read_hours(now)),
        waiting=[(one, one.is_late(now)) for one in longest_waiting(MOST_SHOWN)],
        causes=dead_causes()[:MOST_SHOWN],
    )


def _home_of_shops(now: datetime, shops: frozenset[int], may: Callable[[str], bool]) -> Home:
    """The same out of these shops, without what concerns the whole."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    pulse = selectors.read_of_shops(now, shops)
    refunds = selectors.read_open_refunds(now, shops)
    fleet = selectors.read_fleet(now, shops) if may("terminals.view_terminal") else Fleet(0, 0)
    found = [
        *_about_approvals(pulse, may),
        *_about_refunds(refunds),
        *_about_conflicts(pulse),
    ]
    if may("terminals.view_notice"):
        found += _about_registers(pulse, fleet)
    return Home(
        at=now,
        since=today,
        alerts=[alert for alert in found if alert.tone != CALM],
        notes=[alert for alert in found if alert.tone == CALM],
        steps=[],
        decisions=_decisions(selectors.read_returns(now, today, shops)),
        money=_money(selectors.read_money_out(today, shops)),
        sales=selectors.read_sales(now, today, shops),
        fleet=fleet,
        accuracy=selectors.read_accuracy(now, shops),
        refunds=refunds,
        pulse=pulse,
        verify=None,
        bars=_bars(selectors.read_hours(now, shops)),
        waiting=[],
        causes=[],
        whole=False,
        shops=len(shops),
    )


def _first_steps(pulse: Pulse, fleet: Fleet) -> list[Step]:
    """Until shop, policy and register are there, nothing else can be."""
    if pulse.has_store and pulse.has_policy and fleet.active:
        return []
    return [
        Step(_("Add a shop"), _list("stores_store", add=True), pulse.has_store),
        Step(
            _("Write a return policy and publish it"),
            _list("returns_returnpolicy"),
            pulse.has_policy,
        ),
        Step(
            _("Add a register and enrol it with its code"),
            _list("terminals_terminal", add=True),
            bool(fleet.active),
        ),
    ]


def _alerts(
    pulse: Pulse, refunds: OpenRefunds, fleet: Fleet, verify: VerifyRun | None, now: datetime
) -> Iterator[Alert]:
    yield from _about_refunds(refunds)
    yield from _about_workers(pulse, verify, now)
    yield from _about_trail(pulse, now)
    yield from _about_secrets(pulse)
    yield from _about_destinations()
    yield from _about_conflicts(pulse)
    yield from _about_registers(pulse, fleet)
    if pulse.unlisted:
        text = ngettext(
            "%(n)s item was first seen on a sale and waits to be completed.",
            "%(n)s items were first seen on a sale and wait to be completed.",
            pulse.unlisted,
        ) % {"n": pulse.unlisted}
        yield Alert(CALM, text, _list("inventory_item", unlisted="yes"), _("Complete them"))


def _about_conflicts(pulse: Pulse) -> Iterator[Alert]:
    if pulse.conflicts:
        text = ngettext(
            "%(n)s sale came in the last 24 hours under the number of another.",
            "%(n)s sales came in the last 24 hours under the number of another.",
            pulse.conflicts,
        ) % {"n": pulse.conflicts}
        yield Alert(WAIT, text, _list("sales_saleconflict", status="open"), _("Compare them"))


def _about_registers(pulse: Pulse, fleet: Fleet) -> Iterator[Alert]:
    if pulse.notices:
        text = ngettext(
            "%(n)s notice about a register is open.",
            "%(n)s notices about registers are open.",
            pulse.notices,
        ) % {"n": pulse.notices}
        yield Alert(WAIT, text, _list("terminals_notice"), _("See to them"))
    if unseen := fleet.active - fleet.seen:
        text = ngettext(
            "%(n)s active register was not heard of for a day.",
            "%(n)s active registers were not heard of for a day.",
            unseen,
        ) % {"n": unseen}
        yield Alert(
            WAIT, text, _list("terminals_terminal", seen="no", status="active"), _("Which ones")
        )


def _about_approvals(pulse: Pulse, may: Callable[[str], bool]) -> Iterator[Alert]:
    if pulse.to_approve:
        text = ngettext(
            "%(n)s return waits for approval.",
            "%(n)s returns wait for approval.",
            pulse.to_approve,
        ) % {"n": pulse.to_approve}
        mend = _("Decide") if may("returns.override_customerreturn") else _("Look at them")
        yield Alert(CALM, text, reverse("admin:approvals"), mend)
    if pulse.locked_approvers:
        text = ngettext(
            "%(n)s approver is locked after five wrong tries.",
            "%(n)s approvers are locked after five wrong tries.",
            pulse.locked_approvers,
        ) % {"n": pulse.locked_approvers}
        yield Alert(WAIT, text, _list("approvals_approver", locked="yes"), _("See to them"))


def _about_refunds(refunds: OpenRefunds) -> Iterator[Alert]:
    if refunds.unknown:
        text = ngettext(
            "%(n)s refund has no clear answer from its processor. We keep asking.",
            "%(n)s refunds have no clear answer from their processor. We keep asking.",
            refunds.unknown,
        ) % {"n": refunds.unknown}
        yield Alert(BAD, text, _list("refunds_refund", status="unknown"), _("Look at them"))
    if refunds.overdue:
        text = ngettext(
            "%(n)s refund should have been sent more than a minute ago. Is the worker running?",
            "%(n)s refunds should have been sent more than a minute ago. Is the worker running?",
            refunds.overdue,
        ) % {"n": refunds.overdue}
        yield Alert(BAD, text, _list("refunds_refund", due="overdue"), _("Look at them"))
    if refunds.needs_customer:
        text = ngettext(
            "%(n)s refund waits for the customer at the processor.",
            "%(n)s refunds wait for the customer at the processor.",
            refunds.needs_customer,
        ) % {"n": refunds.needs_customer}
        url = _list("refunds_refund", status="requires_action")
        yield Alert(WAIT, text, url, _("Look at them"))


def _about_trail(pulse: Pulse, now: datetime) -> Iterator[Alert]:
    if pulse.oldest_unsealed and now - pulse.oldest_unsealed > SEALS_LATE:
        text = _(
            "Trail entries wait to be sealed, the oldest came %(time)s. Is the worker running?"
        )
        text %= {"time": ago(pulse.oldest_unsealed, now)}
        yield Alert(BAD, text, _list("audit_auditentry"), _("Look at them"))
    since = pulse.signed or pulse.trail_began
    if since and now - since > SIGNED_LATE:
        said = _("The trail was last signed %(time)s: no key or folder, or it is not what it was.")
        if pulse.signed is None:
            said = _("The trail was never signed; its oldest entry came %(time)s.")
        said %= {"time": ago(since, now)}
        yield Alert(WAIT, said, _list("audit_checkpoint"), _("Checkpoints"))


def _about_secrets(pulse: Pulse) -> Iterator[Alert]:
    page = reverse("admin:encryption_keys")
    if pulse.lost_secrets:
        text = _("Some stored secrets cannot be read: the key they stand under is missing.")
        yield Alert(BAD, text, page, _("What to do"))
    elif pulse.old_secrets:
        text = _("Some stored secrets stand under an older key.")
        yield Alert(WAIT, text, page, _("Re-encrypt them"))


def _about_destinations() -> Iterator[Alert]:
    """What the watch has raised and not closed since; the same as goes out by e-mail."""
    for raised in selectors.read_attention():
        tone = WAIT if raised.kind in (AlertKind.BREAKER, AlertKind.FAILING) else BAD
        yield Alert(tone, sentence(raised), raised.link, _("Look at it"))


def _about_workers(pulse: Pulse, verify: VerifyRun | None, now: datetime) -> Iterator[Alert]:
    if pulse.oldest_unplaced and now - pulse.oldest_unplaced > EVENTS_LATE:
        text = ngettext(
            "%(n)s event waits for its place in the feed, the oldest came %(time)s.",
            "%(n)s events wait for their place in the feed, the oldest came %(time)s.",
            pulse.unplaced,
        ) % {"n": pulse.unplaced, "time": ago(pulse.oldest_unplaced, now)}
        yield Alert(BAD, text, _list("events_event", placed="no"), _("Look at them"))
    beats = _list("insights_heartbeat")
    if pulse.beat is None:
        yield Alert(BAD, _("The scheduler was never heard of. Start it."), beats, _("Heartbeats"))
    elif now - pulse.beat > BEAT_LATE:
        text = _("The scheduler was last heard of %(time)s. Start it again.")
        yield Alert(BAD, text % {"time": ago(pulse.beat, now)}, beats, _("Heartbeats"))
    runs = _list("insights_verifyrun")
    if verify is None:
        yield Alert(WAIT, _("The books were never checked."), runs, _("Checks"))
        return
    if verify.violations:
        text = ngettext(
            "The last check of the books found %(n)s violation.",
            "The last check of the books found %(n)s violations.",
            verify.violations,
        ) % {"n": verify.violations}
        page = reverse("admin:insights_verifyrun_change", args=[verify.pk])
        yield Alert(BAD, text, page, _("Read it"))
    if now - verify.at > VERIFY_LATE:
        text = _("The books were last checked %(time)s.") % {"time": ago(verify.at, now)}
        yield Alert(WAIT, text, runs, _("Checks"))


def _decisions(found: dict[str, tuple[int, int]]) -> list[DecisionRow]:
    always = (Outcome.APPROVED, Outcome.DENIED)
    return [
        DecisionRow(str(outcome.label), outcome.value, *found.get(outcome, (0, 0)))
        for outcome in Outcome
        if outcome in always or outcome in found
    ]


def _money(rows: list[tuple[str, str, int, int]]) -> list[dict[str, Any]]:
    return [
        {"kind": RefundKind(kind).label, "currency": currency, "minor": minor, "n": n}
        for kind, currency, minor, n in rows
    ]


def _bars(hours: dict[datetime, dict[str, int]]) -> list[Bar]:
    """Empty when nothing happened: a flat line says less than a sentence."""
    highest = max(sum(hour.values()) for hour in hours.values())
    if not highest:
        return []
    bars = []
    for place, (hour, found) in enumerate(hours.items()):
        approved = found.get(Outcome.APPROVED, 0)
        other = sum(found.values()) - approved
        label = _("%(hour)s: %(approved)s approved, %(other)s not") % {
            "hour": timezone.localtime(hour).strftime("%H:00"),
            "approved": approved,
            "other": other,
        }
        bars.append(Bar(place * 10, approved * 60 // highest, other * 60 // highest, label))
    return bars


def _list(name: str, *, add: bool = False, **query: str) -> str:
    url = reverse(f"admin:{name}_{'add' if add else 'changelist'}")
    return f"{url}?{'&'.join(f'{k}={v}' for k, v in query.items())}" if query else url
