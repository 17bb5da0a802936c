"""Tryton, a real ERP: customer return shipments and journal entries, over its REST API.

It knows no idempotency key. So what is made carries the return's number and the event's id, and the
connector looks before it makes:

1. Look for our reference. Nothing there: make a draft, and look again.
2. Several there, since a request that was given up came through after all: all but one of the drafts
   are removed (`the_one`). A draft moves neither stock nor money.
3. Press the buttons that are left: receive and do, or post. A step that was done is not done again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.common.cards import scrub_card_numbers
from apps.integrations.commands import CallMade
from apps.integrations.gateways.base import ANSWER_KEPT, Message, Result, Target
from apps.integrations.gateways.calling import NOTHING, not_called
from apps.integrations.gateways.tryton_api import Api, Stopped, as_date, as_decimal, as_quantity
from apps.integrations.gateways.tryton_names import Names
from apps.integrations.policy.accounting import NotBookable
from apps.integrations.policy.answers import OK, PERMANENT, RETRY, Outcome
from apps.integrations.policy.tryton import (
    TO_THE_SHELF,
    Move,
    NoAccount,
    Plan,
    Shipment,
    TrytonSettings,
    places_for,
    plan_of,
    read_tryton,
    the_one,
)

SHIPMENT, MOVE = "stock.shipment.out.return", "account.move"


class Tryton:
    def carries_many(self, config: Mapping[str, Any]) -> bool:
        return False

    def deliver(self, batch: Sequence[Message], target: Target, *, now: datetime) -> Result:
        (message,) = batch
        settings, wrong = _read(target)
        if wrong:
            return not_called(batch, now, "settings", " ".join(wrong))
        try:
            plan = plan_of(message.body, settings)
        except NoAccount as error:
            return not_called(batch, now, "settings", str(error))
        except NotBookable as error:
            return not_called(batch, now, "not bookable", str(error), PERMANENT)
        api = Api(settings, target, now)
        outcome = _carry_out(plan, api, settings)
        return Result(_call(_shown(plan), api, now), [outcome])

    def preview(self, batch: Sequence[Message], target: Target, *, now: datetime) -> CallMade:
        """What would be asked for, by codes; their numbers in Tryton are looked up when it is sent."""
        (message,) = batch
        settings, _wrong = read_tryton(target.config)
        try:
            return CallMade(now, 0, None, "", {}, _shown(plan_of(message.body, settings)), "")
        except (NoAccount, NotBookable) as error:
            return not_called(batch, now, "not bookable", str(error)).call

    def test(self, target: Target, *, now: datetime) -> Result:
        """Looks for everything that the settings name; changes nothing."""
        settings, wrong = _read(target)
        if wrong:
            return not_called([NOTHING], now, "settings", " ".join(wrong))
        api = Api(settings, target, now)
        try:
            missing = Names(api, settings).missing()
        except Stopped as error:
            return Result(_call("", api, now), [error.outcome])
        api.said += missing
        outcome = Outcome(PERMANENT, "not in Tryton", " ".join(missing)) if missing else Outcome(OK)
        return Result(_call("", api, now), [outcome])

    def check(self, config: Mapping[str, Any]) -> list[str]:
        return read_tryton(config)[1]


def _read(target: Target) -> tuple[TrytonSettings, list[str]]:
    settings, wrong = read_tryton(target.config)
    if "key" not in target.credentials:
        wrong.append(_("The credential “key” is missing."))
    return settings, wrong


def _shown(plan: Plan) -> str:
    return json.dumps(plan.shown(), ensure_ascii=False, indent=1)


def _call(body: str, api: Api, now: datetime) -> CallMade:
    answer = scrub_card_numbers("\n".join(api.said))[:ANSWER_KEPT]
    return CallMade(now, api.milliseconds, api.status, api.problem[:64], {}, body, answer)


def _carry_out(plan: Plan, api: Api, settings: TrytonSettings) -> Outcome:
    names = Names(api, settings)
    try:
        if plan.undo:
            _undo(plan.undo, api)
        if plan.shipment:
            _bring_in(plan.shipment, api, names, settings)
        if plan.move:
            _book(plan.move, api, names)
    except Stopped as error:
        return error.outcome
    if not api.said:
        api.said.append("Nothing to do in Tryton.")
    return Outcome(OK)


def _find_or_make(model: str, field: str, value: str, values: Any, api: Api) -> Mapping[str, Any]:
    """The one record of that reference. `values()` is asked for only if there is none."""
    found = api.search(model, [[field, "=", value]], "state")
    if not found:
        api.create(model, values(), "state")
        found = api.search(model, [[field, "=", value]], "state")
    kept, doubles = the_one(found)
    if kept is None:
        raise Stopped(Outcome(RETRY, "not there", f"{model} {value} was made and is not found."))
    for double in doubles:
        api.delete(model, double)
    return kept


def _book(move: Move, api: Api, names: Names) -> None:
    kept = _find_or_make(MOVE, "description", move.description, lambda: _move(move, names), api)
    if kept["state"] == "draft":
        api.press(MOVE, kept["id"], "post", "state")


def _move(move: Move, names: Names) -> dict[str, Any]:
    names.check_currency(move.currency)
    accounts = names.accounts([line.account for line in move.lines])
    lines = [
        {
            "account": accounts[line.account].id,
            "debit": as_decimal(line.debit),
            "credit": as_decimal(line.credit),
            "description": move.text,
            **({"party": names.walk_in()} if accounts[line.account].party_required else {}),
        }
        for line in move.lines
    ]
    return {
        "company": names.company,
        "journal": names.journal(move.journal),
        "period": names.period(move.date),
        "date": as_date(move.date),
        "description": move.description,
        "lines": [["create", lines]],
    }


def _bring_in(shipment: Shipment, api: Api, names: Names, settings: TrytonSettings) -> None:
    kept = _find_or_make(
        SHIPMENT, "reference", shipment.reference, lambda: _shipment(shipment, names), api
    )
    state = kept["state"]
    if state == "draft":
        state = api.press(SHIPMENT, kept["id"], "receive", "state")["state"]
    if state == "received" and _put_away(kept["id"], shipment, api, names, settings):
        api.press(SHIPMENT, kept["id"], "do", "state")


def _shipment(shipment: Shipment, names: Names) -> dict[str, Any]:
    party, house = names.party(shipment.customer), names.warehouse(shipment.warehouse)
    products = names.products([line.product for line in shipment.lines])
    currency = names.currency(shipment.currency)
    moves = [
        {
            "company": names.company,
            "product": products[line.product].id,
            "unit": products[line.product].unit,
            "quantity": as_quantity(line.quantity),
            "from_location": party.location,
            "to_location": house.input,
            "unit_price": as_decimal(line.unit_price),
            "currency": currency,
        }
        for line in shipment.lines
    ]
    return {
        "company": names.company,
        "customer": party.id,
        "warehouse": house.id,
        "warehouse_input": house.input,
        "warehouse_storage": house.storage,
        "reference": shipment.reference,
        "effective_date": as_date(shipment.date),
        "incoming_moves": [["create", moves]],
    }


def _put_away(
    record: int, shipment: Shipment, api: Api, names: Names, settings: TrytonSettings
) -> bool:
    """Name the place of what does not go to the shelf. False: somebody has to see to it there."""
    elsewhere = {line.disposition for line in shipment.lines} - {TO_THE_SHELF}
    if unplaced := sorted(elsewhere - set(settings.locations)):
        api.said.append(f"Left as received: no location for {', '.join(unplaced)}.")
        return False
    if not elsewhere:
        return True
    products = names.products([line.product for line in shipment.lines])
    wanted = [
        (products[line.product].id, Decimal(line.quantity), line.disposition)
        for line in shipment.lines
    ]
    (received,) = api.search(
        SHIPMENT, [["id", "=", record]], "inventory_moves.product", "inventory_moves.quantity"
    )
    for move, disposition in places_for(received["inventory_moves"], wanted).items():
        if disposition != TO_THE_SHELF:
            place = names.location(settings.locations[disposition])
            api.write("stock.move", move, {"to_location": place})
    return True


def _undo(prefix: str, api: Api) -> None:
    """Cancel what a completed return had brought in, since it was voided."""
    plain = prefix.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%")
    found = api.search(SHIPMENT, [["reference", "like", f"{plain}%"]], "state")
    if not found:  # it may be on its way; in order, it comes before this
        raise Stopped(Outcome(RETRY, "not there", f"No shipment of {prefix.strip()} to cancel."))
    for one in found:
        if one["state"] != "cancelled":
            api.press(SHIPMENT, one["id"], "cancel", "state")
