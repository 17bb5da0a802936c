"""Store credit and gift cards: we are their provider, so crediting one is a ledger entry of ours."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from django.db.models import F

from apps.refunds.commands import PlannedRefund, RefundContext
from apps.refunds.models import StoreCredit, StoreCreditEntry

# No 0/O, 1/I: the code is read aloud and typed.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def issue_credit(
    planned: PlannedRefund, refund_id: UUID, *, context: RefundContext, now: datetime
) -> tuple[UUID, str]:
    """Credit the card or account that paid, or a new one; its id and code."""
    account = _known(planned, context) or StoreCredit.objects.create(
        code=_new_code(), kind=planned.kind, store_id=context.store_id,
        customer_ref=context.customer, currency=context.currency, created_at=now,
    )  # fmt: skip
    StoreCreditEntry.objects.create(
        account=account, amount_minor=planned.amount_minor, reference=f"refund:{refund_id}", at=now
    )
    StoreCredit.objects.filter(pk=account.pk).update(
        balance_minor=F("balance_minor") + planned.amount_minor
    )
    return account.pk, account.code


def _known(planned: PlannedRefund, context: RefundContext) -> StoreCredit | None:
    return StoreCredit.objects.filter(
        code=planned.gateway_ref, kind=planned.kind, currency=context.currency
    ).first()


def _new_code() -> str:
    """80 bits, in groups of four."""
    groups = ["".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4)]
    return "-".join(["SC", *groups])
