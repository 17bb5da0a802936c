from __future__ import annotations

from apps.stores.models import Region, Store


def ensure_store(
    *,
    number: str,
    name: str,
    currency: str,
    country: str,
    timezone: str,
    region: Region | None = None,
    sandbox: bool = False,
) -> Store:
    """The shop with this number, made now if there is none. ValidationError for a bad zone or currency."""
    if store := Store.objects.filter(number=number).first():
        return store
    store = Store(
        number=number, name=name, currency=currency, country=country, timezone=timezone,
        region=region, sandbox=sandbox,
    )  # fmt: skip
    store.full_clean()
    store.save()
    return store
