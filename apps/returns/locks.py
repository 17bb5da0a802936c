"""The only place that locks returns, always after their sale; and policies before their versions."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from apps.common.errors import NotFound, StaleState
from apps.common.sql import execute
from apps.returns.models import CustomerReturn, PolicyVersion, ReturnLine, ReturnPolicy
from apps.returns.states import VersionStatus
from apps.sales.commands import LineOfSale
from apps.sales.locks import load_sale

_HOLD_RETURNER = """
SELECT pg_advisory_xact_lock(hashtextextended(k, 7)) FROM unnest(%s::text[]) WITH ORDINALITY AS u(k, n) ORDER BY n
"""
# What a manager's approval or a completion elsewhere may have changed since it was read.
_CHANGING = (
    "status", "expires_at", "scope", "line_total_minor", "fee_total_minor", "adjustment_total_minor",
    "rounding_minor", "exchange_total_minor", "refund_total_minor", "due_minor",
)  # fmt: skip


def find_return(return_id: UUID, *, store_id: int | None) -> CustomerReturn:
    """The return, unlocked; NotFound when it is not there, or another shop's."""
    found = CustomerReturn.objects.select_related(
        "policy_version__policy", "store", "terminal"
    ).filter(pk=return_id)
    if store_id is not None:
        found = found.filter(store_id=store_id)
    customer_return = found.first()
    if customer_return is None:
        raise NotFound("No such return.")
    return customer_return


def hold_returner(keys: Sequence[str]) -> None:
    """Hold whoever goes by these signs until the transaction ends, so that two registers cannot
    count the same returns at once. After the sale and before any level."""
    if keys:
        execute(_HOLD_RETURNER, [sorted(keys)])


def lock_return(customer_return: CustomerReturn) -> tuple[list[ReturnLine], dict[int, LineOfSale]]:
    """Hold sale, sale lines and return, in that order; the return's lines, and sale lines by id.

    The instance given is refreshed: what it says afterwards is true until the transaction ends.
    """
    lines = list(customer_return.lines.order_by("number"))
    sold: dict[int, LineOfSale] = {}
    if customer_return.sale_id is not None:
        numbers = [line.sale_line_number for line in lines if line.sale_line_number is not None]
        sale = load_sale(customer_return.sale_id, numbers, lock=True)
        assert sale is not None
        sold = {line.id: line for line in sale.lines}
    held = CustomerReturn.objects.select_for_update()
    for name, value in held.values(*_CHANGING).get(pk=customer_return.pk).items():
        setattr(customer_return, name, value)
    return list(customer_return.lines.select_related("item").order_by("number")), sold


def lock_policy(policy_id: int) -> ReturnPolicy:
    """Held until the transaction ends: one version at a time is written, published or retired."""
    return ReturnPolicy.objects.select_for_update().get(pk=policy_id)


def lock_draft(version_id: int) -> PolicyVersion:
    """A draft, held until the transaction ends; StaleState when it is none any more."""
    version = PolicyVersion.objects.select_for_update().filter(pk=version_id).first()
    if version is None:
        raise StaleState("This draft was thrown away.")
    if version.status != VersionStatus.DRAFT:
        raise StaleState("This version is not a draft any more.")
    return version
