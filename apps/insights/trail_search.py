"""What a term of the trail's search stands for in other apps: things, as the trail knows them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest

from apps.accounts.models import User
from apps.events.models import Event
from apps.integrations.models import Delivery
from apps.inventory.models import Item
from apps.refunds.models import Refund
from apps.returns.models import CustomerReturn
from apps.sales.models import Sale

RETURNS_AT_MOST = 50


def subjects_of(term: str, request: HttpRequest) -> list[str]:
    """`return:<id>` and so on: the returns that the list of returns finds by this term, with their
    sales and refunds, the item of an SKU, a person, and what an event or a delivery was about."""
    returns = list(_returns(term, request))
    found = [f"return:{one.pk}" for one in returns]
    found += [f"stock:return:{one.pk}" for one in returns]
    found += [f"refund:{key}" for key in _refunds(found)]
    found += [f"sale:{key}" for key in {one.sale_id for one in returns if one.sale_id}]
    found += [f"sale:{key}" for key in _sales(term)]
    found += [f"item:{key}" for key in Item.objects.filter(sku=term).values_list("pk", flat=True)]
    found += [
        f"user:{key}" for key in User.objects.filter(username=term).values_list("pk", flat=True)
    ]
    found += _told(term)
    return list(dict.fromkeys(found))


def _returns(term: str, request: HttpRequest) -> Iterable[CustomerReturn]:
    """As the list of returns finds them: by number, receipt, customer, serial number, reference."""
    page = admin.site._registry[CustomerReturn]
    rows, _more = page.get_search_results(
        request, CustomerReturn.objects.order_by("-received_at"), term
    )
    return rows.only("pk", "sale_id")[:RETURNS_AT_MOST]


def _refunds(references: list[str]) -> Iterable[UUID]:
    return Refund.objects.filter(reference__in=references).values_list("pk", flat=True)


def _sales(term: str) -> Iterable[UUID]:
    return Sale.objects.filter(receipt_number=term).values_list("pk", flat=True)[:RETURNS_AT_MOST]


def _told(term: str) -> list[str]:
    """An event's id, or a delivery's: what they were about."""
    found = []
    if len(term) in (32, 36):
        try:
            key = UUID(term)
        except ValueError:
            return []
        found += [f"{kind}:{id_}" for kind, id_ in _events(key)]
    elif term.isascii() and term.isdigit() and len(term) < 19:
        rows = Delivery.objects.filter(Q(pk=int(term)))
        found += list(rows.values_list("subject", flat=True))
    return found


def _events(key: UUID) -> Iterable[tuple[str, str]]:
    return Event.objects.filter(pk=key).values_list("subject_type", "subject_id")
