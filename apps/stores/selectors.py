"""Which shops somebody sees, and which ones there are to be given."""

from __future__ import annotations

from django.db.models import Q

from apps.accounts.models import User
from apps.accounts.policy import BOUND
from apps.stores.models import Region, Store

Choices = list[tuple[int, str]]


def shops_seen(person: User) -> frozenset[int] | None:
    """Ids of the shops a person sees; None is all. At most one statement."""
    if not person.shops and not person.regions:
        return frozenset() if person.role in BOUND else None
    if not person.regions:
        return frozenset(person.shops)
    named = Q(pk__in=person.shops) | Q(region__in=person.regions)
    return frozenset(Store.objects.filter(named).values_list("pk", flat=True))


def places_to_give() -> tuple[Choices, Choices]:
    """Shops and regions, by id, as people call them."""
    shops = Store.objects.order_by("number").values_list("pk", "number", "name")
    regions = list(Region.objects.order_by("name").values_list("pk", "name"))
    return [(pk, f"{number} {name}") for pk, number, name in shops], regions
