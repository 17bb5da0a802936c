"""A whole run: registers set to work, receivers turned, workers killed, and everything brought to rest."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from soak.deliveries.judge import Verdict, judge
from soak.deliveries.killing import Killed, Killing
from soak.deliveries.ledger import is_at_rest, read_ledger
from soak.deliveries.moods import Mood, throw_mood
from soak.deliveries.place import Place
from soak.deliveries.plan import WISHES, DeliveryPlan
from soak.deliveries.receiver import Row, receiving
from soak.meter import metering
from soak.till import Till
from stack.console import StackError, console, step
from stack.processes import check_all

REST_WITHIN = 240  # seconds for everything to be delivered once receivers are well
LOOK_EVERY = 0.5


@dataclass
class Run:
    """All that was counted."""

    seconds: float
    registers: int
    returns: int
    events: int
    attempts: int
    most_attempts: int
    rotations: int
    pressed: int
    at_rest_after: float | None
    killed: Killed
    moods: Counter[Mood]
    visits_inside: int
    verdicts: list[Verdict]
    violations: int


@dataclass
class Crew:
    """Everybody who is at work in a run."""

    plan: DeliveryPlan
    place: Place
    row: Row
    tills: list[Till]
    stop: threading.Event
    destinations: dict[str, str]
    position: int
    killing: Killing
    rotations: int = 0
    pressed: int = 0
    started: float = field(default_factory=time.monotonic)
    _turn_at: dict[str, float] = field(default_factory=dict)
    _press_at: float = 0.0

    def conduct(self) -> None:
        """From the first sale until the last register has come to rest."""
        with ThreadPoolExecutor(len(self.tills), thread_name_prefix="till") as pool:
            at_work = [pool.submit(till.work) for till in self.tills]
            try:
                self._make_trouble(at_work)
            finally:
                self.stop.set()
                wait(at_work, 60)
                for till in self.tills:
                    till.abandoned.set()
        _raise_what_failed(at_work)

    def come_to_rest(self) -> float | None:
        """Receivers are well, nobody is killed: the seconds until nothing waits; None: it never did."""
        for name in self.row.receivers:
            self.row.turn(name, Mood.OK)
        began = time.monotonic()
        while time.monotonic() - began < REST_WITHIN:
            self.killing.revive()
            self._press()
            if is_at_rest(self.place.application.database_url):
                return time.monotonic() - began
            time.sleep(LOOK_EVERY)
        return None

    def _make_trouble(self, at_work: list[Future[None]]) -> None:
        dice = self.plan.dice("moods")
        with metering(console, self.plan.seconds) as meter:
            while not self._is_over(passed := time.monotonic() - self.started):
                _raise_what_failed(at_work)
                check_all(self.place.others)
                self.killing.step()
                for name, receiver in self.row.receivers.items():
                    if passed >= self._turn_at.get(name, 0):
                        self._turn_at[name] = passed + dice.expovariate(1 / self.plan.mood_every)
                        self.row.turn(name, throw_mood(dice, set(receiver.met)))
                self._rotate(passed)
                self._press()
                meter.show(passed, self._so_far())
                time.sleep(0.05)

    def _is_over(self, passed: float) -> bool:
        """A run on a slow machine goes on until all was met that is to go wrong in it."""
        if passed < self.plan.seconds:
            return False
        met = {mood for receiver in self.row.receivers.values() for mood in receiver.met}
        killed = self.killing.done.kills >= self.plan.kills
        all_met = len(met) == len(Mood) and self.rotations == 2
        return passed >= self.plan.patience or (killed and all_met)

    def _rotate(self, passed: float) -> None:
        """Each secret twice; for a quarter of the run the old one signs beside the new one."""
        if self.rotations < 2 and passed > self.plan.seconds * (0.2 + 0.4 * self.rotations):
            self.rotations += 1
            for name, destination_id in self.destinations.items():
                secret = self.place.desk.rotate_secret(destination_id, self.plan.seconds / 4)
                self.row.receivers[name].secrets.append(secret)

    def _press(self) -> None:
        """As somebody does who sees an open breaker, and does not want to wait for it."""
        if time.monotonic() >= self._press_at:
            self._press_at = time.monotonic() + self.plan.press_every
            self.pressed += self.place.desk.close_breakers()

    def _so_far(self) -> str:
        arrived = sum(len(receiver.arrivals) for receiver in self.row.receivers.values())
        return f"{arrived} requests, {self.killing.done.kills} workers killed"


def run(plan: DeliveryPlan, place: Place) -> Run:
    """Everything that was counted. StackError when a part of the run itself failed."""
    with receiving([wish.name for wish in WISHES]) as row:
        with step("Destinations and registers"):
            crew = _gathered(plan, place, row)
        crew.conduct()
        seconds = time.monotonic() - crew.started
        with step("Everything is delivered") as current:
            rested = crew.come_to_rest()
            if rested is None:
                current.fail(f"something still waits after {REST_WITHIN} s")
    return _counted(crew, seconds, rested)


def _counted(crew: Crew, seconds: float, rested: float | None) -> Run:
    application, row = crew.place.application, crew.row
    _, told = application.try_manage("verify")
    ledger = read_ledger(application.database_url, after=crew.position)
    return Run(
        seconds=seconds, registers=len(crew.tills),
        returns=sum(till.completed for till in crew.tills), events=len(ledger.events),
        attempts=ledger.attempts, most_attempts=ledger.most_attempts, rotations=crew.rotations,
        pressed=crew.pressed, at_rest_after=rested, killed=crew.killing.done,
        moods=sum((receiver.met for receiver in row.receivers.values()), Counter()),
        visits_inside=row.inside.visits,
        verdicts=[judge(wish, ledger, row.receivers[wish.name].arrivals) for wish in WISHES],
        violations=told.count("FAIL") or (0 if "ok" in told else 1),
    )  # fmt: skip


def _gathered(plan: DeliveryPlan, place: Place, row: Row) -> Crew:
    """Destinations first: they want to hear of everything that comes after."""
    destinations = {}
    position = place.desk.begin()
    for wish in WISHES:
        receiver = row.receivers[wish.name]
        destinations[wish.name], secret = place.desk.add_destination(wish, receiver.url)
        receiver.secrets.append(secret)
    stop, folder = threading.Event(), place.application.folder.path / "registers"
    folder.mkdir(mode=0o700)
    seats = place.desk.add_registers(plan.registers)
    tills = [Till(seat, place.application.url, folder, plan, stop) for seat in seats]
    for till in tills:
        till.enrol()
    killing = Killing(place.workers, place.broker, plan)
    return Crew(plan, place, row, tills, stop, destinations, position, killing)


def _raise_what_failed(at_work: list[Future[None]]) -> None:
    for job in at_work:
        if job.done() and (error := job.exception()):
            raise StackError(f"A register gave up: {error}") from error
