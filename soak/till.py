"""One register at work with the real client: it sells, authorizes returns, and completes them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from client import Answer, ProblemError, RetryPolicy, ReturnsClient, Transport, UnreachableError
from client.enrolment import enrol
from client.transport import JsonObject
from soak.fragile import FragileKeyring, KilledError
from soak.journal import Journal
from soak.messages import name_receipt, return_body, sale_body
from soak.office import Seat
from soak.plan import Plan
from soak.stamped import StampedTransport

T = TypeVar("T")

# A register waits for its server as long as it takes; only the end of the run ends that.
PATIENT = RetryPolicy(attempts=1000, first_wait=0.1, longest_wait=1.5, give_up_after=60)


@dataclass(frozen=True, slots=True)
class _Open:
    """An authorized return whose goods come at `due` (of the monotonic clock)."""

    return_id: str
    receipt: str
    due: float


class Till:
    """`work` and `beat` run side by side in threads of their own, on one client."""

    def __init__(self, seat: Seat, url: str, folder: Path, plan: Plan, stop: threading.Event):
        self.seat = seat
        self.keyring = folder / f"{seat.client_id}.json"
        self.journal = Journal(folder / f"{seat.client_id}.journal")
        self.killed = self.completed = self.asked_again = 0
        self.abandoned = threading.Event()
        self.complaints: list[str] = []
        self._url = url
        self._plan = plan
        self._stop = stop
        self._dice = plan.dice(f"till {seat.store}/{seat.terminal}")
        self._fate = plan.dice(f"fate {seat.store}/{seat.terminal}")
        self._number = 0
        self._open: deque[_Open] = deque()
        self._coming_up = threading.Lock()

    def enrol(self) -> None:
        """Become a register; answers to this may be lost too."""
        line = Transport(self._url, PATIENT)
        enrol(self._url, self.seat.code, self.keyring, software="soak", transport=line)
        line.close()
        self._client = self._come_up()
        self._with_client(lambda client: client.whoami())  # a key counts from its first use on

    def work(self) -> None:
        """Until it is told to stop; then whatever is open is completed at once."""
        while not self._stop.is_set():
            self._take_in()
            self._complete(until=time.monotonic())
            self._stop.wait(self._dice.uniform(0.4, 1.2))
        self._complete(until=float("inf"))

    def beat(self) -> None:
        """Say every second or two how the register is. It also hears of rotations by this."""
        while not self._stop.wait(self._fate.uniform(1, 2)):
            try:
                self._with_client(lambda client: client.heartbeat(software_version="soak"))
            except ProblemError as problem:
                self.complaints.append(f"{self.keyring.stem} heartbeat: {problem}")

    def _take_in(self) -> None:
        self._number += 1
        receipt = name_receipt(self.seat.store, self.seat.terminal, self._number)
        sale = sale_body(self.seat.terminal, self._number, receipt, datetime.now(UTC), self._dice)
        if not self._ask("sale", receipt, lambda client, key: client.sales_create(sale, key=key)):
            return
        wanted = return_body(sale, datetime.now(UTC), self._dice)
        answer = self._ask(
            "authorize", receipt, lambda client, key: client.submit_return(wanted, key=key)
        )
        if answer and answer["status"] == "authorized":
            due = time.monotonic() + self._dice.uniform(0.5, self._plan.longest_open)
            self._open.append(_Open(answer["id"], receipt, due))

    def _complete(self, *, until: float) -> None:
        for one in [one for one in self._open if one.due <= until]:
            self._open.remove(one)
            answer = self._ask(
                "complete",
                one.receipt,
                lambda client, key, one=one: client.complete_return(one.return_id, key=key),  # type: ignore[misc]
            )
            self.completed += answer is not None and answer["status"] == "completed"

    def _ask(
        self, what: str, receipt: str, call: Callable[[ReturnsClient, str], Answer]
    ) -> JsonObject | None:
        """What was answered; None when it was refused, which the journal then says."""
        key = f"{receipt}-{what}"
        self.journal.sent(what, key, receipt)
        try:
            answer = self._with_client(lambda client: call(client, key)).data
        except ProblemError as problem:
            self.journal.refused(key, str(problem))
            return None
        self.journal.answered(key, answer)
        return answer

    def _with_client(self, call: Callable[[ReturnsClient], T]) -> T:
        """Send the same again for as long as nobody answers, also after the register was ended."""
        while True:
            client = self._client
            try:
                return call(client)
            except KilledError:
                self._come_up_again(client)
            except UnreachableError:
                if self.abandoned.is_set():
                    raise
            except ProblemError as problem:
                # The client tries two tokens. On a machine too busy for tokens of three seconds
                # both may end on their way; a cashier would press the button again.
                if problem.code != "token-expired" or self.abandoned.is_set():
                    raise
                self.asked_again += 1

    def _come_up_again(self, ended: ReturnsClient) -> None:
        with self._coming_up:
            if self._client is ended:
                self.killed += 1
                self._client = self._come_up()

    def _come_up(self) -> ReturnsClient:
        """All that a register knows when it comes up is what stands in its keyring."""
        keyring = FragileKeyring(
            self.keyring, lambda: self._fate.random() < self._plan.killed_share
        )
        return ReturnsClient(
            self._url, keyring=keyring, transport=StampedTransport(self._url, PATIENT)
        )
