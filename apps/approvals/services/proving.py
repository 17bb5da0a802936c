"""Is it really them? Asked before anything is locked, and counted whatever becomes of the request."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.crypto import constant_time_compare

from apps.approvals import store
from apps.approvals.commands import Claim, Proof
from apps.approvals.models import Approver
from apps.approvals.services.digests import hash_badge
from apps.approvals.states import Method
from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.common.errors import NotYours
from apps.events import services as events
from apps.events.commands import News, Place


class ApprovalRefused(NotYours):
    """Number, PIN or badge is wrong; which of them is never said."""

    code = "approval-refused"


class ApproverLocked(NotYours):
    code = "approver-locked"


def prove(claim: Claim, *, actor: Actor, now: datetime) -> Proof:
    """Who approves, proved by PIN or badge. ApprovalRefused, or ApproverLocked after five wrong in a row.

    Call it outside the transaction of what is approved: a wrong try is counted in one of its own, so
    that the refusal does not take the count back with it.

    1. Compare, with nothing held; it takes as long for a number that nobody has.
    2. Wrong: count it in one statement, and lock with the fifth.
    3. Right: forget what was wrong before, unless somebody else's fifth was faster.

    Many tries at one moment are worth no more than one after the other: only the statements of 2 and
    3 decide, and they come in some order. A right PIN that comes after the fifth wrong one is refused.
    """
    approver = _find(claim)
    if approver is not None and approver.locked_at is not None:
        raise _locked()
    right = _is_right(claim, approver)
    if approver is None:
        _record("approval.refused", "", "", actor=actor, now=now)  # what was typed may be a PIN
        raise _refused()
    if not right:
        _count(approver, actor=actor, now=now)
        raise _refused()
    if not store.start_anew(approver.pk):
        raise _locked()
    return Proof(approver.pk, str(Method.BADGE if claim.badge else Method.PIN))


def _find(claim: Claim) -> Approver | None:
    active = Approver.objects.filter(is_active=True)
    if claim.approver:
        return active.filter(number=claim.approver).first()
    return active.filter(badge_hash=hash_badge(claim.badge)).first()


def _is_right(claim: Claim, approver: Approver | None) -> bool:
    if claim.badge:
        kept = approver.badge_hash if approver else ""
        return bool(kept) and constant_time_compare(kept, hash_badge(claim.badge))
    if approver is None or not approver.pin_hash:
        make_password(claim.pin)  # as long as it would take if there were one
        return False
    return check_password(claim.pin, approver.pin_hash)


@transaction.atomic
def _count(approver: Approver, *, actor: Actor, now: datetime) -> None:
    locks = store.count_wrong(approver.pk, now=now)
    _record("approval.refused", str(approver.pk), approver.number, actor=actor, now=now)
    if not locks:
        return
    _record("approver.locked", str(approver.pk), approver.number, actor=actor, now=now)
    place = Place(actor.store_id, actor.store_number, actor.terminal_number, now)
    data = {"approver": approver.number}
    events.tell([News("approver.locked", "approver", str(approver.pk), data)], place=place, now=now)


def _record(action: str, key: str, label: str, *, actor: Actor, now: datetime) -> None:
    fact = Fact(action, "approver", key, subject_label=label, outcome="refused")
    audit.record([fact], actor=actor, now=now)


def _refused() -> ApprovalRefused:
    return ApprovalRefused("Personnel number, PIN or badge is wrong.")


def _locked() -> ApproverLocked:
    return ApproverLocked("Locked after five wrong tries in a row. An administrator can unlock it.")
