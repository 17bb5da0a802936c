"""The same story for programs: plain values, amounts in minor units, times in UTC."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from apps.audit.chain import moment
from apps.insights.story.reading import Proof, Told
from apps.returns.admin.story import Story

FORM = "return-pack/1"
_NEVER = frozenset({"id_hash", "card_fingerprint", "content_hash", "fingerprint"})


def facts_of(
    story: Story, told: Sequence[Told], proof: Sequence[Proof], *, made: dict[str, str]
) -> bytes:
    """`return.json`: what was asked, decided, moved, paid, told and answered, and where it is proved."""
    r, request = story.what, story.request
    sale = r.sale and {
        **_row(r.sale),
        "shop": r.sale.store.number,
        "tenders": _rows(story.tenders),
    }
    whole = {
        "form": FORM,
        "made": made,
        "return": {
            **_row(r, "trace", "messages"), "shop": r.store.number, "register": r.terminal.number,
            "policy_version": str(r.policy_version) if r.policy_version else None,
        },
        "sale": sale,
        "request": request and {"key": request.key, "status": request.status},
        "decision": {"says": [asdict(one) for one in story.reasons_given], "trace": r.trace},
        "overrides": _rows(story.overrides),
        "lines": _rows(story.lines),
        "exchange": _rows(story.exchange),
        "adjustments": _rows(story.adjustments),
        "stock_movements": _rows(story.movements),
        "refunds": [{**_row(one), "steps": _rows(one.events.all())} for one in story.refunds],
        "events": _rows(story.events),
        "deliveries": [_delivery(one) for one in told],
        "trail": [_proof(one) for one in proof],
    }  # fmt: skip
    text = json.dumps(whole, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    return text.encode() + b"\n"


def _delivery(one: Told) -> dict[str, Any]:
    tried = [
        {
            "number": t.attempt.number, "outcome": t.attempt.outcome, "at": t.attempt.call.at,
            "milliseconds": t.attempt.call.milliseconds, "status": t.attempt.call.status,
            "problem": t.attempt.call.problem, "answer": t.attempt.call.answer,
        }
        for t in one.tried
    ]  # fmt: skip
    return {**_row(one.delivery), "destination": one.delivery.destination.name, "tried": tried}


def _proof(one: Proof) -> dict[str, Any]:
    return {
        "entry": one.entry.pk, "at": one.entry.at, "who": one.entry.actor_label,
        "action": one.entry.action, "chain": one.seal and one.seal.chain, "n": one.seal and one.seal.n,
        "hash": one.hash or None,
        "checkpoint": one.checkpoint and {"number": one.checkpoint[0], "at": moment(one.checkpoint[1])},
    }  # fmt: skip


def _rows(things: Iterable[Model]) -> list[dict[str, Any]]:
    return [_row(one) for one in things]


def _row(thing: Model, *without: str) -> dict[str, Any]:
    """The columns of a row by their names, but for digests of people and cards."""
    fields = [f for f in thing._meta.concrete_fields if f.name not in _NEVER.union(without)]
    return {field.attname: getattr(thing, field.attname) for field in fields}
