"""What our codes are called in Tryton: numbers of records, looked up as a delivery needs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from apps.integrations.gateways.tryton_api import Api, Stopped, as_date
from apps.integrations.policy.answers import PERMANENT, Outcome
from apps.integrations.policy.tryton import TrytonSettings

AT_A_TIME = 50


@dataclass(frozen=True, slots=True)
class Product:
    id: int
    unit: int


@dataclass(frozen=True, slots=True)
class Party:
    id: int
    location: int


@dataclass(frozen=True, slots=True)
class Warehouse:
    id: int
    input: int
    storage: int


@dataclass(frozen=True, slots=True)
class Account:
    id: int
    party_required: bool


class Names:
    """Stopped for what is not there: no repetition brings it about, a person has to."""

    def __init__(self, api: Api, settings: TrytonSettings) -> None:
        self._api, self._settings = api, settings

    @property
    def company(self) -> int:
        return self._settings.company

    def products(self, codes: Sequence[str]) -> dict[str, Product]:
        found = self._by_code("product.product", codes, "default_uom")
        return {code: Product(one["id"], one["default_uom"]) for code, one in found.items()}

    def accounts(self, codes: Sequence[str]) -> dict[str, Account]:
        mine = [["company", "=", self.company]]
        found = self._by_code("account.account", codes, "party_required", more=mine)
        return {code: Account(one["id"], one["party_required"]) for code, one in found.items()}

    def party(self, code: str) -> Party:
        one = self._by_code("party.party", [code], "customer_location")[code]
        return Party(one["id"], one["customer_location"])

    def walk_in(self) -> int:
        """For accounts that want a party with every line."""
        return self.party(self._settings.customer).id

    def warehouse(self, code: str) -> Warehouse:
        fields = ("input_location", "storage_location")
        one = self._by_code("stock.location", [code], *fields, more=[["type", "=", "warehouse"]])[
            code
        ]
        return Warehouse(one["id"], one["input_location"], one["storage_location"])

    def location(self, code: str) -> int:
        return int(self._by_code("stock.location", [code])[code]["id"])

    def journal(self, code: str) -> int:
        return int(self._by_code("account.journal", [code])[code]["id"])

    def currency(self, code: str) -> int:
        return int(self._by_code("currency.currency", [code])[code]["id"])

    def period(self, day: str) -> int:
        """The open accounting period of that day."""
        at, mine = as_date(day), ["company", "=", self.company]
        domain = [["start_date", "<=", at], ["end_date", ">=", at], ["type", "=", "standard"], mine]
        found = self._api.search("account.period", domain, "state")
        return int(next((one["id"] for one in found), 0)) or _stop(f"account.period of {day}")

    def check_currency(self, code: str) -> None:
        """Entries are in the company's own currency; what is not is refused, not converted."""
        own = self._company().get("currency", {}).get("code")
        if own != code:
            raise Stopped(Outcome(PERMANENT, "other currency", f"{code}; the company's is {own}."))

    def missing(self) -> list[str]:
        """What the settings name and Tryton does not have, a sentence each."""
        self._company()
        s = self._settings
        looks: list[Callable[[], Any]] = []
        if s.shipments:
            looks += [partial(self.party, c) for c in {s.customer, *s.customers.values()}]
            looks += [partial(self.warehouse, c) for c in {s.warehouse, *s.warehouses.values()}]
            looks += [partial(self.location, c) for c in set(s.locations.values())]
        if s.moves:
            named = s.accounts
            codes = {*named.by_role.values(), *named.taxes.values(), *named.tenders.values()}
            looks += [partial(self.journal, s.journal)]
            looks += [partial(self.accounts, [c]) for c in codes if "{" not in c]
        return sorted(filter(None, (_said(look) for look in looks)))

    def _company(self) -> dict[str, Any]:
        """Asked for without naming it: naming one that is not the user's confuses Tryton's cache."""
        found = self._api.search(
            "company.company", [["id", "=", self.company]], "currency.code", company=False
        )
        if not found:
            _stop(f"company {self.company}")
        return found[0]

    def _by_code(
        self, model: str, codes: Sequence[str], *fields: str, more: Sequence[Any] = ()
    ) -> dict[str, dict[str, Any]]:
        """By code, each once. Several records of one code: the oldest."""
        wanted, found = list(dict.fromkeys(codes)), dict[str, dict[str, Any]]()
        for start in range(0, len(wanted), AT_A_TIME):
            domain = [["code", "in", wanted[start : start + AT_A_TIME]], *more]
            for one in self._api.search(model, domain, "code", *fields):
                found.setdefault(one["code"], one)
        if lacking := [code for code in wanted if code not in found]:
            _stop(f"{model} {', '.join(lacking)}")
        return found


def _stop(what: str) -> Any:
    raise Stopped(Outcome(PERMANENT, "not in Tryton", f"There is no {what}."))


def _said(look: Callable[[], Any]) -> str:
    """What was not found; other troubles end the whole."""
    try:
        look()
    except Stopped as error:
        if error.outcome.cause != "not in Tryton":
            raise
        return error.outcome.detail
    return ""
