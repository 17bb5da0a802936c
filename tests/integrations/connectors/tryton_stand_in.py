"""As much of Tryton 8.2 as the connector asks for, answering as the real one was seen to answer.

`make test-erp` runs the same tests against Tryton itself (`tests/erp`).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import date
from fnmatch import fnmatchcase
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.integrations.connectors.far_side import Asked, Reply

KEY = "6cdaa531b6ab4bb0b6e6a059e541c410"
COMPANY, IN, STORAGE, CUSTOMERS = 2, 1, 3, 7
SHIPMENT = "stock.shipment.out.return"
Record = dict[str, Any]

# Fields that lead to another record, and where they lead.
LINKS = {
    "currency": "currency.currency",
    "product": "product.product",
    "from_location": "stock.location",
    "to_location": "stock.location",
    "account": "account.account",
}
LISTS = {"moves", "incoming_moves", "inventory_moves", "lines"}
TRANSITIONS = {
    (SHIPMENT, "receive"): ({"draft"}, "received"),
    (SHIPMENT, "do"): ({"received"}, "done"),
    (SHIPMENT, "cancel"): ({"draft", "received", "done"}, "cancelled"),
    ("account.move", "post"): ({"draft"}, "posted"),
}
_html = "<!doctype html>\n<html lang=en>\n<title>{0}</title>\n<h1>{0}</h1>\n"


class Refused(Exception):
    """400, with Tryton's words."""


def _known() -> dict[str, dict[int, Record]]:
    this = date.today().year  # noqa: DTZ011
    year = {"start_date": f"{this}-01-01", "end_date": f"{this}-12-31"}
    accounts = ("1.1.1", "2.1.3", "2.2.3", "4.1.1", "6.1.1")
    return {
        "company.company": {COMPANY: {"currency": 2}},
        "currency.currency": {2: {"code": "EUR"}},
        "party.party": {4: {"code": "POS", "customer_location": CUSTOMERS}},
        "product.product": {1: {"code": "TEE-M", "default_uom": 1}, 2: {"code": "MUG", "default_uom": 1}},
        "stock.location": {
            IN: {"code": "IN", "type": "storage"},
            STORAGE: {"code": "STO", "type": "storage"},
            5: {"code": "WH", "type": "warehouse", "input_location": IN, "storage_location": STORAGE},
            CUSTOMERS: {"code": "CUS", "type": "customer"},
            9: {"code": "DMG", "type": "storage"},
        },
        "account.account": {
            100 + n: {"code": code, "party_required": False, "company": COMPANY}
            for n, code in enumerate(accounts)
        },
        "account.journal": {1: {"code": "REV"}},
        "account.period": {11: {"type": "standard", "company": COMPANY, "state": "open", **year}},
        SHIPMENT: {}, "stock.move": {}, "account.move": {},
    }  # fmt: skip


class StandIn:
    """To be set as the `answer` of a far side."""

    def __init__(self) -> None:
        self.records = _known()
        self._ids = count(1)

    def __call__(self, asked: Asked) -> Reply:
        if asked.headers.get("Authorization") != f"Bearer {KEY}":
            return Reply(_html.format("401 Unauthorized").encode(), 401)
        parts = urlsplit(asked.path)
        _database, _rest, _model, model, *way = parts.path.strip("/").split("/")
        query = parse_qs(parts.query)
        body = json.loads(asked.body) if asked.body else None
        act: Callable[..., Reply] = {
            "GET": self._search, "POST": self._post, "PUT": self._put, "DELETE": self._delete,
        }[asked.method]  # fmt: skip
        try:
            return act(model, way, query, body)
        except Refused as error:
            return Reply({"status": 400, "message": str(error), "description": ""}, 400)

    def _search(self, model: str, way: list[str], query: Any, body: Any) -> Reply:
        domain = json.loads(base64.urlsafe_b64decode(query["d"][0]))
        found = [one for one in sorted(self.records[model]) if self._fits(model, one, domain)]
        return Reply([self._read(model, one, query["f"]) for one in found])

    def _fits(self, model: str, record: int, domain: Any) -> bool:
        values = {**self.records[model][record], "id": record}
        return all(_holds(values.get(field), sign, wanted) for field, sign, wanted in domain)

    def _post(self, model: str, way: list[str], query: Any, body: Any) -> Reply:
        if way:
            self._press(model, int(way[0]), way[1])
            return Reply(self._read(model, int(way[0]), query["f"]))
        record = self._create(model, body)
        return Reply(self._read(model, record, query["f"]))

    def _create(self, model: str, values: Record) -> int:
        record = next(self._ids)
        made = {**values, "state": "draft"}
        if model == SHIPMENT:
            moves = [self._move(one) for _, rows in values["incoming_moves"] for one in rows]
            made |= {"incoming_moves": moves, "inventory_moves": [], "moves": moves}
        else:
            made["lines"] = [one for _, rows in values["lines"] for one in rows]
        self.records[model][record] = made
        return record

    def _move(self, values: Record) -> int:
        if values["quantity"] != int(values["quantity"]):
            raise Refused(
                f'The number of digits in the value "\'{values["quantity"]}\'" for field "Quantity"'
                ' of "Stock Move" exceeds the limit of "(None, 0)".'
            )
        record = next(self._ids)
        self.records["stock.move"][record] = {**values, "state": "draft"}
        return record

    def _press(self, model: str, record: int, button: str) -> None:
        one = self.records[model][record]
        before, after = TRANSITIONS[model, button]
        if one["state"] not in before:
            raise Refused(f'You can not call "{button}" on "{record}" of "{model}".')
        if button == "post" and _sum(one["lines"], "debit") != _sum(one["lines"], "credit"):
            raise Refused(
                f'To post move "({record})", you must balance all its lines debits and credits.'
            )
        if button == "receive":
            self._receive(one)
        for move in one.get("moves", []):
            if button in ("do", "cancel"):
                self.records["stock.move"][move]["state"] = after
        one["state"] = after

    def _receive(self, shipment: Record) -> None:
        moves = self.records["stock.move"]
        for incoming in list(shipment["incoming_moves"]):
            moves[incoming]["state"] = "done"
            away = {
                **moves[incoming],
                "from_location": IN,
                "to_location": STORAGE,
                "state": "draft",
            }
            moves[made := next(self._ids)] = away
            shipment["inventory_moves"] = [*shipment["inventory_moves"], made]
            shipment["moves"] = [*shipment["moves"], made]

    def _put(self, model: str, way: list[str], query: Any, body: Any) -> Reply:
        self.records[model][int(way[0])] |= body
        return Reply(self._read(model, int(way[0]), query["f"]))

    def _delete(self, model: str, way: list[str], query: Any, body: Any) -> Reply:
        del self.records[model][int(way[0])]
        return Reply(b"", 204)

    def _read(self, model: str, record: int, fields: list[str]) -> Record:
        return _shown(self, model, {**self.records[model][record], "id": record}, fields)


def _shown(there: StandIn, model: str, values: Record, fields: list[str]) -> Record:
    """With the fields that were asked for; `moves.product.code` goes through two other records."""
    shown: Record = {"id": values["id"], "__name__": model}
    for first in dict.fromkeys(field.partition(".")[0] for field in fields):
        inner = [
            rest for name, _, rest in (f.partition(".") for f in fields) if name == first and rest
        ]
        value = values.get(first)
        if not inner:
            shown[first] = value
        elif first in LISTS:
            shown[first] = [_shown(there, *_of_list(there, one), inner) for one in value or []]
        else:
            linked = {**there.records[LINKS[first]][value or 0], "id": value}
            shown[first] = _shown(there, LINKS[first], linked, inner)
    return shown


def _of_list(there: StandIn, one: Any) -> tuple[str, Record]:
    if isinstance(one, dict):
        return "account.move.line", {"id": 0, **one}
    return "stock.move", {**there.records["stock.move"][one], "id": one}


def _holds(value: Any, sign: str, wanted: Any) -> bool:
    if isinstance(wanted, dict):  # a date
        wanted = f"{wanted['year']}-{wanted['month']:02}-{wanted['day']:02}"
    tests: dict[str, Callable[[], bool]] = {
        "=": lambda: value == wanted,
        "!=": lambda: value != wanted,
        "in": lambda: value in wanted,
        "like": lambda: fnmatchcase(str(value), wanted.replace("\\", "").replace("%", "*")),
        "<=": lambda: value <= wanted,
        ">=": lambda: value >= wanted,
    }
    return tests[sign]()


def _sum(lines: list[Record], side: str) -> int:
    return sum(int(line[side]["decimal"].replace(".", "")) for line in lines)
