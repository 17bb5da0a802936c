"""Fill an empty Tryton: a company with accounts and a year, a warehouse, two products, a REST key.

Run by the ERP's own Python: `python fill.py <trytond.conf> <database>`. Prints JSON.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from trytond import config
from trytond.pool import Pool
from trytond.transaction import Transaction

PRODUCTS = ("TEE-M", "MUG")


def fill(pool: Any, database: str) -> dict[str, Any]:
    with Transaction().start(database, 0, context={}) as transaction:
        company, user = _company(pool), _admin(pool)
        pool.get("res.user").write([user], {"companies": [("add", [company])], "company": company})
        transaction.commit()
    context = {"company": company, "companies": [company]}
    tables = ["account_fiscalyear", "account_period"]
    with Transaction().start(database, 0, context=context, _lock_tables=tables) as transaction:
        _accounts(pool, company)
        _year(pool, company)
        _goods(pool)
        key = _key(pool, user)
        transaction.commit()
    return {"company": company, "key": key}


def _company(pool: Any) -> int:
    rates = [("create", [{"rate": Decimal(1), "date": date(2000, 1, 1)}])]
    euro = {"name": "Euro", "code": "EUR", "numeric_code": "978", "digits": 2, "symbol": "€",
            "rounding": Decimal("0.01"), "rates": rates}  # fmt: skip
    (currency,) = pool.get("currency.currency").create([euro])
    parties = [{"name": "Retailer"}, {"name": "Walk-in customer", "code": "POS"}]
    retailer, _walk_in = pool.get("party.party").create(parties)
    made = {"party": retailer.id, "currency": currency.id}
    return int(pool.get("company.company").create([made])[0].id)


def _admin(pool: Any) -> Any:
    return pool.get("res.user").search([("login", "=", "admin")])[0]


def _accounts(pool: Any, company: int) -> None:
    data = pool.get("ir.model.data")
    root = data.get_id("account", "account_template_root_en")
    wizard = pool.get("account.create_chart", type="wizard")
    session, _, _ = wizard.create()
    making = wizard(session)
    making.account.company = pool.get("company.company")(company)
    making.account.account_template = pool.get("account.account.template")(root)
    making.transition_create_account()


def _year(pool: Any, company: int) -> None:
    (kind,) = pool.get("ir.sequence.type").search([("name", "=", "Account Move")])
    numbers = {"name": "Moves", "sequence_type": kind.id, "company": company}
    (sequence,) = pool.get("ir.sequence.strict").create([numbers])
    this = datetime.now(UTC).year
    year = {"name": str(this), "start_date": date(this, 1, 1), "end_date": date(this, 12, 31),
            "company": company, "move_sequence": sequence.id}  # fmt: skip
    model = pool.get("account.fiscalyear")
    model.create_period(model.create([year]))


def _goods(pool: Any) -> None:
    (unit,) = pool.get("product.uom").search([("name", "=", "Unit")])
    for code in PRODUCTS:
        goods = {"name": code, "type": "goods", "default_uom": unit.id, "list_price": Decimal(20)}
        goods["products"] = [("create", [{"suffix_code": code}])]
        pool.get("product.template").create([goods])
    locations = pool.get("stock.location")
    (storage,) = locations.search([("code", "=", "STO")])
    locations.create([{"name": "Damaged", "code": "DMG", "type": "storage", "parent": storage.id}])


def _key(pool: Any, user: Any) -> str:
    model = pool.get("res.user.application")
    (made,) = model.create([{"user": user.id, "application": "rest"}])
    model.validate_([made])
    return str(made.key)


if __name__ == "__main__":
    config.update_etc(sys.argv[1])
    Pool.start()
    filled = Pool(sys.argv[2])
    filled.init()
    print(json.dumps(fill(filled, sys.argv[2])))  # noqa: T201
