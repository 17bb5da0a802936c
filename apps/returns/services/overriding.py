"""A manager's word on a return that waits: allowed, and decided again; or not allowed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.approvals.commands import Proof
from apps.approvals.models import Approver
from apps.approvals.selectors import approver_of, find_approver
from apps.approvals.services import ApproverLocked
from apps.approvals.states import Method
from apps.common.caller import Actor, Caller
from apps.common.errors import Conflict, NotYours, StaleState
from apps.returns.commands import Completion, Ruling, ShownReturn
from apps.returns.locks import find_return, lock_return
from apps.returns.models import CustomerReturn, Override
from apps.returns.policy.waiting import open_codes
from apps.returns.selectors import show_return
from apps.returns.services import ruled
from apps.returns.services.completing import complete_return
from apps.returns.services.deciding import decide_again
from apps.returns.services.ruled import Word
from apps.returns.states import ReturnStatus


class NotWaiting(Conflict):
    code = "return-not-waiting"


class ApproverIsOperator(NotYours):
    code = "approver-is-operator"


class ApproverNotHere(NotYours):
    code = "approver-not-here"


class BeyondLevel(NotYours):
    code = "approval-limit-exceeded"


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks, and how they proved it."""

    approver: Approver
    method: str
    actor: Actor


def override_return(
    return_id: UUID, ruling: Ruling, *, proof: Proof, caller: Caller, now: datetime
) -> ShownReturn:
    """A manager at the register allows a return that waits, or does not; with `complete` at once.

    NotWaiting when it does not wait (any more), ApproverIsOperator, ApproverNotHere or BeyondLevel
    when it is not theirs to allow. Runs in its idempotency key's transaction; `proof` was given before.
    """
    customer_return = find_return(return_id, store_id=caller.store_id)
    approver = find_approver(proof.approver_id)
    _rule(customer_return, ruling, Voice(approver, proof.method, caller.actor), now)
    after = find_return(return_id, store_id=caller.store_id)
    if ruling.complete and after.status == ReturnStatus.AUTHORIZED:
        completion = Completion((), after.operator_ref)
        return complete_return(return_id, completion, caller=caller, now=now)
    return show_return(after)


@transaction.atomic
def override_remotely(
    return_id: UUID, ruling: Ruling, *, user_id: int, actor: Actor, now: datetime
) -> ShownReturn:
    """The same by somebody who is logged in, wherever they are. The register hears of it by the feed."""
    approver = approver_of(user_id)
    if approver is None:
        raise ApproverNotHere(_("Your log-in belongs to no approver."))
    customer_return = find_return(return_id, store_id=None)
    shop, register = customer_return.store, customer_return.terminal
    here = replace(
        actor, store_id=shop.pk, store_number=shop.number, terminal_number=register.number
    )
    _rule(customer_return, ruling, Voice(approver, str(Method.REMOTE), here), now)
    return show_return(find_return(return_id, store_id=None))


def _rule(customer_return: CustomerReturn, ruling: Ruling, voice: Voice, now: datetime) -> None:
    _check_waiting(customer_return, now)
    _check_approver(voice.approver, customer_return)
    _lock(customer_return, now)
    codes = open_codes(customer_return.trace)
    if ruling.approve:
        _allow(customer_return, codes, ruling, voice, now)
    else:
        amount = customer_return.line_total_minor - customer_return.fee_total_minor
        amount += customer_return.adjustment_total_minor
        word = _say(customer_return, codes, amount, ruling, voice, now)
        ruled.write_refused(customer_return, word, now=now)


def _allow(
    customer_return: CustomerReturn,
    codes: list[str],
    ruling: Ruling,
    voice: Voice,
    now: datetime,
) -> None:
    """Decided again with these codes allowed. What was not known when the manager spoke still counts:

    a rule may deny by now, or ask for another word.
    """
    waived = frozenset({*customer_return.waived, *codes})
    case = decide_again(customer_return, waived=waived, now=now)
    decision = case.decision
    amount = decision.line_total - decision.fee_total + decision.adjustment_total
    if not voice.approver.reach.allows(amount, case.currency):
        raise BeyondLevel(_("More than this approver may allow."))
    word = _say(customer_return, codes, amount, ruling, voice, now)
    ruled.write_allowed(customer_return, case, sorted(waived), word, now=now)


def _check_waiting(customer_return: CustomerReturn, now: datetime) -> None:
    over = customer_return.expires_at is not None and customer_return.expires_at <= now
    if customer_return.status != ReturnStatus.NEEDS_OVERRIDE or over:
        raise NotWaiting(_("This return does not wait for approval, or its time is over."))


def _check_approver(approver: Approver, customer_return: CustomerReturn) -> None:
    if refusal := refusal_of(approver, customer_return):
        raise refusal


def refusal_of(approver: Approver, customer_return: CustomerReturn) -> NotYours | None:
    """Why a return is not this approver's to rule on, whatever it is worth; None when it is."""
    shop = customer_return.store
    if approver.locked_at is not None:
        return ApproverLocked(_("This approver is locked. An administrator can unlock them."))
    if not approver.is_active or not approver.reach.covers(shop.pk, shop.region_id):
        return ApproverNotHere(_("This approver may not approve in this shop."))
    if _is_same(approver.number, customer_return.operator_ref):
        return ApproverIsOperator(_("Nobody approves their own returns: ask somebody else."))
    return None


def _is_same(one: str, other: str) -> bool:
    return one.strip().upper() == other.strip().upper()


def _lock(customer_return: CustomerReturn, now: datetime) -> None:
    """From here on nobody else rules on it; what was read before still holds, or StaleState.

    Before it is decided again: whoever comes too late learns it at once. `lock_return` takes the sale first.
    """
    read = customer_return.waived
    lock_return(customer_return)
    _check_waiting(customer_return, now)
    if CustomerReturn.objects.values_list("waived", flat=True).get(pk=customer_return.pk) != read:
        raise StaleState(_("Somebody else has ruled on this return at this moment."))


def _say(
    customer_return: CustomerReturn,
    codes: list[str],
    amount: int,
    ruling: Ruling,
    voice: Voice,
    now: datetime,
) -> Word:
    """The manager's word, one row for each code."""
    Override.objects.bulk_create(
        Override(
            customer_return=customer_return,
            response_code=code,
            allowed=ruling.approve,
            approver=voice.approver,
            approved_by=voice.approver.number,
            operator_ref=customer_return.operator_ref,
            method=voice.method,
            reason=ruling.reason,
            amount_minor=amount,
            at=now,
        )
        for code in codes
    )
    number = voice.approver.number
    return Word(
        ruling.approve, number, voice.method, tuple(codes), amount, ruling.reason, voice.actor
    )
