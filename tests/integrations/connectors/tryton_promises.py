"""What the connector promises of Tryton: once, whatever happens on the way.

Held by the stand-in (`test_tryton.py`) and by Tryton itself (`tests/erp`); both give a `tryton` fixture.
"""

from __future__ import annotations

import base64
import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest

from apps.integrations.gateways import tryton as connector
from apps.integrations.gateways.base import Message, Result, Target
from apps.integrations.gateways.tryton import Tryton
from apps.integrations.gateways.tryton_api import Api
from apps.integrations.gateways.tryton_names import Names
from apps.integrations.policy.tryton import plan_of, read_tryton
from tests.integrations.connectors.cutting import Cutter
from tests.integrations.connectors.events import line, message, refunded, returned, target

NOW = datetime.now(UTC)
ACCOUNTS = {
    "returns": "4.1.1", "tax": "2.2.3", "clearing": "2.1.3", "tender": "1.1.1", "fees": "6.1.1",
}  # fmt: skip
SHIPMENT, MOVE = "stock.shipment.out.return", "account.move"
ENTRY = [
    ("2.1.3", "0.00", "26.35"), ("2.2.3", "0.17", "0.00"), ("2.2.3", "3.80", "0.00"),
    ("4.1.1", "22.38", "0.00"),
]  # fmt: skip
REQUESTS = 17
"""Of a completed return that Tryton has not heard of."""
_numbers = count(1)


@dataclass(frozen=True)
class RunningTryton:
    """`url` names its database; `key` is that of a user application for REST."""

    url: str
    company: int
    key: str


def destination(tryton: RunningTryton, url: str = "", **changes: Any) -> Target:
    config = {"company": tryton.company, "customer": "POS", "accounts": ACCOUNTS, **changes}
    return target(config, url=url or tryton.url, timeout=30, credentials={"key": tryton.key})


def completed(name: str, **changes: Any) -> Message:
    return message(data=returned(name, **changes), at=NOW)


def deliver(one: Message, to: Target) -> Result:
    return Tryton().deliver([one], to, now=NOW)


class Books:
    """What stands in Tryton, asked for by the test itself."""

    def __init__(self, tryton: RunningTryton) -> None:
        self._tryton = tryton

    def shipments(self, name: str) -> list[dict]:
        fields = ["state", "moves.state", "moves.quantity", "moves.product.code",
                  "moves.from_location.code", "moves.to_location.code"]  # fmt: skip
        return self._search(SHIPMENT, [["reference", "like", f"{name} %"]], fields)

    def moves(self, name: str) -> list[dict]:
        fields = ["state", "lines.account.code", "lines.debit", "lines.credit"]
        return self._search(MOVE, [["description", "like", f"{name} %"]], fields)

    def _search(self, model: str, domain: list, fields: list[str]) -> list[dict]:
        query = urlencode({"d": _packed(domain), "f": fields}, doseq=True)
        head = {"Authorization": f"Bearer {self._tryton.key}",
                "X-Tryton-Context": _packed({"company": self._tryton.company})}  # fmt: skip
        asked = f"{self._tryton.url}/rest/model/{model}?{query}"
        request = urllib.request.Request(asked, headers=head)
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: list[dict] = json.load(answer)
        return found


def _packed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def amounts(move: dict) -> list[tuple[str, str, str]]:
    return sorted(
        (one["account"]["code"], one["debit"]["decimal"], one["credit"]["decimal"])
        for one in move["lines"]
    )


def stored(shipment: dict) -> list[tuple[str, float, str]]:
    """What came to rest where, within the warehouse."""
    return sorted(
        (one["product"]["code"], one["quantity"], one["to_location"]["code"])
        for one in shipment["moves"]
        if one["from_location"]["code"] == "IN"
    )


class Promises:
    @pytest.fixture
    def erp(self, tryton: RunningTryton) -> Target:
        return destination(tryton)

    @pytest.fixture
    def books(self, tryton: RunningTryton) -> Books:
        return Books(tryton)

    @pytest.fixture
    def name(self) -> str:
        """The number of a return that nobody has used."""
        return f"R-{NOW:%H%M%S%f}-{next(_numbers)}"

    @pytest.fixture
    def cutter(self, tryton: RunningTryton) -> Iterator[Cutter]:
        with Cutter(tryton.url.removesuffix("/tryton")) as running:
            yield running

    def test_the_settings_fit(self, erp: Target) -> None:
        result = Tryton().test(erp, now=NOW)

        assert result.outcomes[0].ok, result

    def test_what_the_settings_name_and_tryton_lacks(self, tryton: RunningTryton) -> None:
        wrong = {**ACCOUNTS, "returns": "8400"}

        result = Tryton().test(destination(tryton, accounts=wrong, warehouse="W2"), now=NOW)

        [outcome] = result.outcomes
        assert (outcome.kind, outcome.cause) == ("permanent", "not in Tryton")
        assert outcome.detail == "There is no account.account 8400. There is no stock.location W2."

    def test_a_completed_return_is_goods_and_an_entry(
        self, erp: Target, books: Books, name: str
    ) -> None:
        result = deliver(completed(name), erp)

        assert result.outcomes[0].ok, result
        [shipment], [move] = books.shipments(name), books.moves(name)
        assert (shipment["state"], {one["state"] for one in shipment["moves"]}) == (
            "done",
            {"done"},
        )
        assert stored(shipment) == [("MUG", 1, "STO"), ("TEE-M", 2, "STO")]
        assert (move["state"], amounts(move)) == ("posted", ENTRY)
        assert len(result.call.answer.splitlines()) == REQUESTS

    def test_a_refund_pays_what_is_owed(self, erp: Target, books: Books, name: str) -> None:
        deliver(message("refund.succeeded", refunded(2635, number=name), at=NOW), erp)

        [move] = books.moves(name)
        assert amounts(move) == [("1.1.1", "0.00", "26.35"), ("2.1.3", "26.35", "0.00")]
        assert books.shipments(name) == []

    def test_the_same_event_twice_is_one(self, erp: Target, books: Books, name: str) -> None:
        one = completed(name)

        results = [deliver(one, erp) for _ in range(3)]

        assert all(result.outcomes[0].ok for result in results)
        assert (len(books.shipments(name)), len(books.moves(name))) == (1, 1)

    @pytest.mark.parametrize("step", range(1, REQUESTS + 1))
    def test_the_line_breaks_after_each_step(
        self, tryton: RunningTryton, books: Books, name: str, cutter: Cutter, step: int
    ) -> None:
        """Tryton has done it, and its answer is lost; the next attempt goes on from there."""
        one, through = completed(name), destination(tryton, f"{cutter.url}/tryton")
        cutter.cut_answer(step)

        first = deliver(one, through)
        second = deliver(one, through)

        assert (first.outcomes[0].kind, first.outcomes[0].cause) == ("retry", "broken-off")
        assert second.outcomes[0].ok, second
        [shipment], [move] = books.shipments(name), books.moves(name)
        assert (shipment["state"], move["state"]) == ("done", "posted")

    def test_drafts_that_came_through_late_are_taken_away(
        self, erp: Target, books: Books, name: str
    ) -> None:
        one = completed(name)
        settings, _ = read_tryton(erp.config)
        api = Api(settings, erp, NOW)
        shipment = plan_of(one.body, settings).shipment
        assert shipment
        for _ in range(2):
            api.create(SHIPMENT, connector._shipment(shipment, Names(api, settings)), "state")

        result = deliver(one, erp)

        assert result.outcomes[0].ok, result
        assert [shipment["state"] for shipment in books.shipments(name)] == ["done"]

    def test_damaged_goods_go_to_their_place(
        self, tryton: RunningTryton, books: Books, name: str
    ) -> None:
        lines = [
            line(1, "TEE-M", "1", 1190, 190),
            line(2, "TEE-M", "1", 1190, 190, disposition="damaged"),
        ]
        one = completed(name, lines=lines, refund_total=2380)

        result = deliver(one, destination(tryton, locations={"damaged": "DMG"}))

        assert result.outcomes[0].ok, result
        assert stored(books.shipments(name)[0]) == [("TEE-M", 1, "DMG"), ("TEE-M", 1, "STO")]

    def test_goods_without_a_place_wait_for_a_person(
        self, erp: Target, books: Books, name: str
    ) -> None:
        lines = [line(1, "TEE-M", "1", 1190, 190, disposition="repair")]

        result = deliver(completed(name, lines=lines, refund_total=1190), erp)

        assert result.outcomes[0].ok, result
        assert "Left as received: no location for repair." in result.call.answer
        assert books.shipments(name)[0]["state"] == "received"

    def test_a_voided_return_is_undone_once(self, erp: Target, books: Books, name: str) -> None:
        deliver(completed(name), erp)
        void = message("return.voided", returned(name, status="voided"), at=NOW)

        results = [deliver(void, erp) for _ in range(2)]

        assert all(result.outcomes[0].ok for result in results), results
        assert books.shipments(name)[0]["state"] == "cancelled"
        turned = sorted((account, credit, debit) for account, debit, credit in ENTRY)
        assert sorted(amounts(move) for move in books.moves(name)) == sorted([ENTRY, turned])

    def test_a_void_that_comes_first_waits(self, erp: Target, books: Books, name: str) -> None:
        void = message("return.voided", returned(name, status="voided"), at=NOW)

        [outcome] = deliver(void, erp).outcomes

        assert (outcome.kind, outcome.cause) == ("retry", "not there")
        assert books.moves(name) == []

    def test_what_tryton_refuses_is_said_in_its_words(
        self, erp: Target, books: Books, name: str
    ) -> None:
        lines = [line(1, "TEE-M", "0.5", 1190, 190)]

        [outcome] = deliver(completed(name, lines=lines, refund_total=1190), erp).outcomes

        assert (outcome.kind, outcome.cause) == ("permanent", "refused by Tryton")
        assert "number of digits" in outcome.detail
        assert (books.shipments(name), books.moves(name)) == ([], [])

    def test_a_product_that_tryton_does_not_know(self, erp: Target, name: str) -> None:
        lines = [line(1, "NO-SUCH", "1", 1190, 190)]

        [outcome] = deliver(completed(name, lines=lines, refund_total=1190), erp).outcomes

        assert (outcome.kind, outcome.detail) == (
            "permanent",
            "There is no product.product NO-SUCH.",
        )

    def test_another_currency_is_not_booked(self, erp: Target, books: Books, name: str) -> None:
        data = {**refunded(100, number=name), "currency": "CHF"}

        [outcome] = deliver(message("refund.succeeded", data, at=NOW), erp).outcomes

        assert (outcome.kind, outcome.detail) == ("permanent", "CHF; the company's is EUR.")
        assert books.moves(name) == []

    def test_a_wrong_key_is_tried_again_and_not_logged(self, erp: Target, name: str) -> None:
        wrong = {"key": "0" * 128}

        result = deliver(completed(name), target(dict(erp.config), url=erp.url, credentials=wrong))

        assert (result.outcomes[0].kind, result.outcomes[0].cause) == ("retry", "status 401")
        assert "0" * 128 not in str(result)
