"""Tryton's REST API (8.x): searching, making, changing records, and pressing their buttons."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from apps.integrations.commands import Answer
from apps.integrations.gateways.base import Target
from apps.integrations.gateways.calling import Ask, Clock, judged, send, without_secrets
from apps.integrations.policy.answers import PERMANENT, RETRY, Outcome
from apps.integrations.policy.rest import said_text
from apps.integrations.policy.tryton import TrytonSettings

Domain = Sequence[Any]


class Stopped(Exception):
    """It cannot go on; `outcome` says why and whether to try again."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.cause)
        self.outcome = outcome


class Api:
    """Calls within one delivery. `said` tells them one by one, for the log; Stopped ends them."""

    def __init__(self, settings: TrytonSettings, target: Target, now: datetime) -> None:
        self._settings, self._target, self._now = settings, target, now
        self._clock = Clock(target.timeout)
        self.said: list[str] = []
        self.milliseconds = 0
        self.status: int | None = None
        self.problem = ""

    def search(
        self, model: str, domain: Domain, *fields: str, company: bool = True
    ) -> list[dict[str, Any]]:
        """By id, the oldest first, with those fields."""
        query = {"d": _packed(domain), "o": _packed([["id", "ASC"]])}
        found = self._ask("GET", f"{model}?{_query(fields, query)}", company=company)
        return found if isinstance(found, list) else self._unreadable()

    def create(self, model: str, values: Mapping[str, Any], *fields: str) -> dict[str, Any]:
        return self._record(self._ask("POST", f"{model}?{_query(fields)}", values))

    def write(self, model: str, record: int, values: Mapping[str, Any]) -> None:
        self._ask("PUT", f"{model}/{record}?{_query(['id'])}", values)

    def press(self, model: str, record: int, button: str, *fields: str) -> dict[str, Any]:
        """A button, such as `post`; the record afterwards."""
        return self._record(self._ask("POST", f"{model}/{record}/{button}?{_query(fields)}", {}))

    def delete(self, model: str, record: int) -> None:
        self._ask("DELETE", f"{model}/{record}")

    def _ask(self, method: str, path: str, body: Any = None, *, company: bool = True) -> Any:
        if self._clock.is_over:
            self.problem = "timed-out"
            raise Stopped(Outcome(RETRY, "timed-out"))
        url = f"{self._target.url.rstrip('/')}/rest/model/{path}"
        text = None if body is None else json.dumps(body, ensure_ascii=False)
        answer = send(Ask(method, url, self._head(company), text, secret=self._secret()),
                      self._target, self._clock)  # fmt: skip
        self._note(method, path, answer)
        if not answer.ok:
            raise Stopped(self._outcome(answer))
        if not answer.body:
            return None
        try:
            return json.loads(answer.body)
        except ValueError:
            return self._unreadable()

    def _head(self, company: bool) -> dict[str, str]:
        """The company goes along with every call: rules of access look at it."""
        context: dict[str, Any] = {"company": self._settings.company} if company else {}
        if self._settings.skip_warnings:
            context["_skip_warnings"] = True
        return {"Accept": "application/json", "X-Tryton-Context": _packed(context)}

    def _secret(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._target.credentials.get('key', '')}"}

    def _note(self, method: str, path: str, answer: Answer) -> None:
        self.milliseconds += answer.milliseconds
        self.status, self.problem = answer.status, answer.problem
        text = "" if answer.ok else f" {self._words(answer)}"
        self.said.append(
            f"{method} {path.partition('?')[0]}: {answer.status or answer.problem}{text}"
        )

    def _words(self, answer: Answer) -> str:
        """What Tryton says of a refusal: its message, or the beginning of a page of HTML."""
        text = answer.body.decode(errors="replace")
        try:
            said = json.loads(text)
            text = said_text(f"{said['message']} {said.get('description') or ''}".strip())
        except (ValueError, TypeError, KeyError):
            text = " ".join(text.split())
        return without_secrets(text.replace("\x00", ""), self._target)[:300]

    def _outcome(self, answer: Answer) -> Outcome:
        """400 is Tryton's no to what was asked (a domain, a balance, a closed period)."""
        words = self._words(answer)
        if answer.status == 400:
            return Outcome(PERMANENT, "refused by Tryton", words)
        found = judged(answer, self._target, self._now)
        return Outcome(found.kind, found.cause, words, found.retry_after)

    def _record(self, answer: Any) -> dict[str, Any]:
        return answer if isinstance(answer, dict) else self._unreadable()

    def _unreadable(self) -> Any:
        self.problem = "answer unreadable"
        raise Stopped(Outcome(RETRY, "answer unreadable"))


def as_date(day: str) -> dict[str, Any]:
    year, month, number = (int(part) for part in day.split("-"))
    return {"__class__": "date", "year": year, "month": month, "day": number}


def as_decimal(text: str) -> dict[str, str]:
    return {"__class__": "Decimal", "decimal": text}


def as_quantity(text: str) -> int | float:
    """Tryton's quantities are floats on the wire; whole ones stay whole."""
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)


def _query(fields: Sequence[str], more: Mapping[str, str] | None = None) -> str:
    return urlencode({**(more or {}), "f": [*fields]}, doseq=True)


def _packed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()
