"""One simulated register: its clock, its numbers, its calls."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random, SystemRandom
from typing import Any

from client.api import ReturnsClient
from client.errors import ClientError
from client.registers import ListedRegister
from client.simulate.baskets import Basket, fill, sale_parts
from client.transport import Answer, JsonObject

# No vowels: no words. No digits: a long number could pass for a card's and be refused.
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
MILLISECONDS_PER_DAY = 86_400_000


class SimulationError(ClientError):
    """A call failed or was answered otherwise than it should be; the message names it."""


def spell(number: int) -> str:
    """A number in letters."""
    letters = ""
    while number:
        number, digit = divmod(number, len(LETTERS))
        letters = LETTERS[digit] + letters
    return letters or LETTERS[0]


class SimulatedRegister:
    """Sells and takes back through the real API."""

    def __init__(
        self,
        listed: ListedRegister,
        client: ReturnsClient,
        dice: Random | None = None,
        clock: Callable[[], float] = time.time,
        approver: tuple[str, str] | None = None,
    ) -> None:
        self.store = listed.store
        self.terminal = listed.terminal
        self.client = client
        self.approver = approver  # personnel number and PIN of a manager who is at hand
        self._dice = dice or SystemRandom()
        self._clock = clock
        self._numbering = threading.Lock()
        self._last_number = 0
        self._operator = str(self._dice.randint(1000, 9999))

    def report_health(self) -> None:
        """As every register does now and then; here once a day."""
        with self.step("POST terminals/self/heartbeat"):
            self.client.heartbeat(
                software_version="1.0", hardware="Simulated register", queue_depth=0
            )

    def sell(self, kind: Basket, *, days_ago: int = 0) -> JsonObject:
        """Sells a basket and gives the body that was sent."""
        number = self._next_number()
        at = datetime.fromtimestamp(number / 1000, UTC) - timedelta(days=days_ago)
        name = self._name(number)
        body: JsonObject = {
            "terminal": self.terminal,
            "business_date": at.date().isoformat(),
            "sequence_number": number % MILLISECONDS_PER_DAY + 1,
            "receipt_number": name,
            "sold_at": at.isoformat(),
            "currency": "EUR",
            "channel": "store",
            "operator": self._operator,
            "customer": f"SIM-{name[-9:]}",
            **sale_parts(kind, fill(kind, self._dice), f"sbx_{name}"),
        }
        with self.step(f"POST sales ({kind} basket, receipt {name})"):
            self.client.sales_create(body, key=f"{name}-sale")
        return body

    def return_body(self, sale: JsonObject, quantities: dict[int, str], **more: Any) -> JsonObject:
        """A return of those quantities by line number, completed at once unless told otherwise."""
        return {
            "sale": {"receipt_number": sale["receipt_number"]},
            "lines": [
                {
                    "sale_line": line,
                    "quantity": quantity,
                    "reason": "customer_remorse",
                    "condition": "unopened",
                }
                for line, quantity in quantities.items()
            ],
            "exchange": [],
            "refund_to": "original",
            "operator": self._operator,
            "occurred_at": datetime.fromtimestamp(self._clock(), UTC).isoformat(),
            "complete": True,
            **more,
        }

    def submit(self, body: JsonObject, what: str, key: str | None = None) -> Answer:
        """POST returns, under a new key unless one is given."""
        with self.step(f"POST returns ({what})"):
            return self.client.submit_return(body, key=key or self.new_key())

    def new_key(self) -> str:
        return f"{self._name(self._next_number())}-action"

    @contextmanager
    def step(self, call: str) -> Iterator[None]:
        """Whatever fails inside is reported with the name of the call and the register."""
        try:
            yield
        except SimulationError:
            raise
        except ClientError as exc:
            raise SimulationError(f"{self.place}: {call} failed: {exc}") from exc

    def expect(self, holds: bool, call: str, wanted: str, answer: object) -> None:
        if not holds:
            raise SimulationError(f"{self.place}: {call}: expected {wanted}, got {answer}")

    @property
    def place(self) -> str:
        return f"shop {self.store}, register {self.terminal}"

    def _next_number(self) -> int:
        # Milliseconds: no two runs against the same database can give out a number twice.
        with self._numbering:
            self._last_number = max(self._last_number + 1, int(self._clock() * 1000))
            return self._last_number

    def _name(self, number: int) -> str:
        tail = "".join(self._dice.choices(LETTERS, k=4))
        return f"{self.store}-{self.terminal}-{spell(number)}-{tail}"
