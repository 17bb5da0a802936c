"""Everything that is known of one return, in the order it happened. A fixed number of statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.audit.models import AuditEntry
from apps.common import display
from apps.common.admin.scope import Shops, within
from apps.events.models import Event
from apps.idempotency.models import IdempotentRequest
from apps.inventory.models import StockMovement
from apps.refunds.admin.refunds import TONES
from apps.refunds.models import Refund
from apps.refunds.states import RefundStatus
from apps.returns.admin.grounds import RULES, in_words
from apps.returns.admin.reckoning import Row, reckon
from apps.returns.commands import Message
from apps.returns.models import (
    ConditionCode,
    CustomerReturn,
    ExchangeLine,
    Override,
    ReasonCode,
    ReturnAdjustment,
    ReturnLine,
)
from apps.returns.policy.appeal import appeal_of
from apps.returns.policy.codes import RESPONSES, Response
from apps.returns.selectors import said
from apps.returns.states import Outcome, ReturnStatus

DECISION_TONES = {
    Outcome.APPROVED: display.GOOD,
    Outcome.CONTINGENT: display.WAIT,
    Outcome.NEEDS_OVERRIDE: display.WAIT,
    Outcome.DENIED: display.BAD,
}
STATUS_TONES = {
    ReturnStatus.COMPLETED: display.GOOD,
    ReturnStatus.AUTHORIZED: display.WAIT,
    ReturnStatus.NEEDS_OVERRIDE: display.WAIT,
}


@dataclass(frozen=True, slots=True)
class TraceRow:
    """What one rule said: in words, with the grounds it looked at."""

    rule: str
    line: int | None
    code: str
    says: str
    tone: str
    inputs: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    what: CustomerReturn
    lines: list[ReturnLine]
    exchange: list[ExchangeLine]
    overrides: list[Override]
    tenders: list[Any]
    others: list[CustomerReturn]
    trace: list[TraceRow]
    movements: list[StockMovement]
    refunds: list[Refund]
    events: list[Event]
    entries: list[AuditEntry]
    request: IdempotentRequest | None
    sale_is_seen: bool
    reasons: dict[str, str]
    conditions: dict[str, str]
    adjustments: list[ReturnAdjustment]

    @property
    def reckoning(self) -> list[Row]:
        """How the money comes about; empty when it is the worth of the goods."""
        return reckon(self.what, self.adjustments, self.conditions)

    @property
    def zone(self) -> str:
        return self.what.store.timezone

    @property
    def denied(self) -> bool:
        return self.what.status in (ReturnStatus.DENIED, ReturnStatus.NEEDS_OVERRIDE)

    @property
    def decision_tone(self) -> str:
        return DECISION_TONES.get(Outcome(self.what.decision), display.CALM)

    @property
    def status_tone(self) -> str:
        return STATUS_TONES.get(ReturnStatus(self.what.status), display.CALM)

    @property
    def reasons_given(self) -> list[Message]:
        """The sentences for the operator and the customer; the good news when there is no other."""
        kept = self.what.messages or [{"to": to, "code": "ok"} for to in ("operator", "customer")]
        return [said(message) for message in kept]

    @property
    def ruled(self) -> list[tuple[Override, Any]]:
        """What a manager said, each with the sentence it was about."""
        known = {word.response_code: RESPONSES.get(word.response_code) for word in self.overrides}
        return [
            (word, found.operator if (found := known[word.response_code]) else word.response_code)
            for word in self.overrides
        ]

    @property
    def appeal(self) -> str:
        """What the customer quotes who disagrees; empty where nothing was denied."""
        denied = self.what.status == ReturnStatus.DENIED
        return appeal_of(self.what.number) if denied else ""

    @property
    def toned_refunds(self) -> list[tuple[Refund, str]]:
        return [(r, TONES.get(RefundStatus(r.status), display.CALM)) for r in self.refunds]


def read_story(
    return_id: str, *, shops: Shops, with_trail: bool, with_request: bool
) -> Story | None:
    """None when there is no such return in these shops (None: all of them).

    Trail and request only for those who may see them; other shops' returns of the same receipt,
    and their sale's page, only for those who may see those shops.
    """
    what = _find(return_id)
    if what is None or (shops is not None and what.store_id not in shops):
        return None
    refunds = list(
        Refund.objects.filter(reference=f"return:{what.pk}")
        .select_related("sale_tender", "store_credit", "superseded_by")
        .prefetch_related("events")
        .order_by("created_at", "pk")
    )
    lines = list(what.lines.select_related("item").order_by("number"))
    subjects = Q(subject_type="return", subject_id=str(what.pk)) | Q(
        subject_type="refund", subject_id__in=[str(refund.pk) for refund in refunds]
    )
    moved = Q(subject_type="stock", subject_id=f"return:{what.pk}")
    others = CustomerReturn.objects.filter(sale=what.sale).exclude(pk=what.pk)
    others = within(others, "store_id", shops)
    return Story(
        what=what,
        lines=lines,
        exchange=list(what.exchange_lines.select_related("item").order_by("number")),
        overrides=list(what.overrides.select_related("approver").order_by("pk")),
        tenders=list(what.sale.tenders.order_by("number")) if what.sale else [],
        others=list(others.order_by("-received_at")[:20]) if what.sale_id else [],
        trace=[
            trace_row(row, zone=what.store.timezone, currency=what.currency) for row in what.trace
        ],
        movements=_movements(what),
        refunds=refunds,
        events=list(Event.objects.filter(subjects | moved).order_by("ordinal")),
        entries=list(AuditEntry.objects.filter(subjects).order_by("id")) if with_trail else [],
        request=_request(what) if with_request else None,
        sale_is_seen=what.sale is not None and (shops is None or what.sale.store_id in shops),
        reasons=_names(ReasonCode, {line.reason for line in lines}),
        conditions=_names(ConditionCode, {line.condition for line in lines}),
        adjustments=list(what.adjustments.order_by("line_number", "kind", "pk")),
    )


def _find(return_id: str) -> CustomerReturn | None:
    related = ("store", "terminal__store", "sale__store", "policy_version__policy")
    try:
        return CustomerReturn.objects.select_related(*related).filter(pk=UUID(return_id)).first()
    except (ValueError, ValidationError):
        return None


def _movements(what: CustomerReturn) -> list[StockMovement]:
    """What went in, what went out in exchange, and what a void took back."""
    mine = Q()
    for kind in ("return", "exchange", "void"):
        mine |= Q(reference__startswith=f"{kind}:{what.pk}:")
    return list(StockMovement.objects.filter(mine).select_related("item").order_by("id"))


def _request(what: CustomerReturn) -> IdempotentRequest | None:
    made = IdempotentRequest.objects.filter(effect=f"return:{what.pk}")
    return made.defer("body", "fingerprint").order_by("id").first()


def _names(model: type[ReasonCode] | type[ConditionCode], codes: set[str]) -> dict[str, str]:
    found = dict(model._default_manager.filter(pk__in=codes).values_list("pk", "name"))
    return {code: found.get(code, code) for code in codes}


def trace_row(row: dict[str, Any], *, zone: str, currency: str) -> TraceRow:
    """A row of a trace in words, with times in the shop's zone."""
    known = RESPONSES.get(row["code"])
    return TraceRow(
        rule=str(RULES.get(row["rule"], row["rule"])),
        line=row.get("line"),
        code=row["code"],
        says=_says(row, known),
        tone=DECISION_TONES.get(Outcome(row["outcome"]), display.CALM),
        inputs=in_words(row.get("inputs") or {}, zone=zone, currency=currency),
    )


def _says(row: dict[str, Any], known: Response | None) -> str:
    said_ = str(_("Yes")) if row["code"] == "ok" else str(known.operator) if known else row["code"]
    set_aside = {"waived": _("A manager allowed it."), "recalled": _("Recalled goods are taken.")}
    aside = set_aside.get(row.get("by", ""))
    return f"{said_} {aside}" if aside else said_
