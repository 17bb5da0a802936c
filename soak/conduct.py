"""A whole run: registers set to work, trouble made in time, everybody brought to rest, books read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from soak import books
from soak.figures import Run, spans
from soak.journal import Entry, read_journal
from soak.judge import judge
from soak.meter import metering
from soak.old_keys import LOOK_EVERY, OldKeys
from soak.place import Place
from soak.plan import Plan
from soak.proxy import proxying, some_lost
from soak.revoked import KINDS, Revoked
from soak.sightings import Sightings
from soak.till import Till
from soak.trouble import Trouble
from stack.console import StackError, console, step
from stack.processes import check_all, wait_until
from stack.summary import settle

REST_WITHIN = 240  # seconds for registers to complete what they have open


@dataclass
class Crew:
    """Everybody who is at work in a run. `stop` asks them to come to rest."""

    plan: Plan
    place: Place
    sightings: Sightings
    stop: threading.Event
    tills: list[Till]
    old_keys: OldKeys
    revoked: Revoked
    trouble: Trouble
    started: float = field(default_factory=time.monotonic)
    seconds: float = 0

    def conduct(self) -> None:
        """From the first sale to the last completed return."""
        with ThreadPoolExecutor(2 * len(self.tills) + 2, thread_name_prefix="crew") as pool:
            jobs: list[Callable[[], None]] = [self._try_old_keys, self._revoke]
            jobs += [job for till in self.tills for job in (till.work, till.beat)]
            at_work = [pool.submit(job) for job in jobs]
            try:
                self._make_trouble(at_work)
                with step("Everybody comes to rest"):
                    self._come_to_rest(at_work)
            finally:
                self.stop.set()
                for till in self.tills:
                    till.abandoned.set()
        self.old_keys.try_all_again()
        self.revoked.try_ended_keys()

    def entries(self) -> list[Entry]:
        """All journals, read back."""
        return [entry for till in self.tills for entry in read_journal(till.journal.path)]

    def count_spans(self) -> tuple[int, int]:
        """Returns that began under one token, or key, and ended under another."""
        done = [one.receipt for one in self.entries() if one.what == "complete" and one.answer]
        credentials = books.read_credentials(self.place.application.database_url)
        return spans(done, self.sightings.token_of, credentials)

    def _make_trouble(self, at_work: list[Future[None]]) -> None:
        rotate_at = time.monotonic()
        with metering(console, self.plan.seconds) as meter:
            while not self._is_over():
                _raise_what_failed(at_work)
                check_all(self.place.others)
                self.trouble.step()
                if time.monotonic() >= rotate_at:
                    rotate_at = time.monotonic() + self.plan.rotate_every
                    self.place.office.order_rotation([till.seat.client_id for till in self.tills])
                meter.show(self.seconds, self._so_far())
                time.sleep(0.1)
                self.seconds = time.monotonic() - self.started

    def _is_over(self) -> bool:
        """A short run on a slow machine goes on until each kind of trouble was met once."""
        if self.seconds < self.plan.seconds:
            return False
        return self.seconds >= self.plan.patience or self._has_met_everything()

    def _has_met_everything(self) -> bool:
        tried, revoked, done = self.old_keys.tried, self.revoked.counts, self.trouble.done
        lost = self.sightings.lost["POST token"] and self.sightings.lost["POST keys"]
        met = lost and done.killed and done.restarted and all(revoked.rounds.values())
        old = tried.accepted_in_time and tried.refused_after
        return bool(met and old and all(self.count_spans()))

    def _come_to_rest(self, at_work: list[Future[None]]) -> None:
        if not wait_until(self.trouble.back, timeout=REST_WITHIN, watch=self.place.others):
            raise StackError(f"The web server does not come back.{self.place.web.last_words()}")
        self.stop.set()
        wait(at_work, REST_WITHIN)
        for till in self.tills:
            till.abandoned.set()
        _raise_what_failed(at_work)

    def _try_old_keys(self) -> None:
        while not self.stop.wait(LOOK_EVERY):
            self.old_keys.look()

    def _revoke(self) -> None:
        for kind in cycle(KINDS):
            if self.stop.wait(self.plan.revoke_every):
                return
            self.revoked.round(kind)

    def _so_far(self) -> str:
        done, lost = self.trouble.done, sum(self.sightings.lost.values())
        return (
            f"{sum(till.completed for till in self.tills)} returns, {lost} answers lost, "
            f"{done.killed} workers killed, {done.restarts} restarts, "
            f"{len(self.sightings.refusals)} refusals"
        )


def run(plan: Plan, place: Place) -> Run:
    """Everything that was counted. StackError when a part of the run itself failed."""
    sightings, application = Sightings(), place.application
    loses = some_lost(plan.dice("lost"), plan.lost_share)
    with proxying(application.url, sightings, loses) as url:
        with step("Registers enrol"):
            crew = _enrolled(plan, place, sightings, url)
        try:
            crew.conduct()
        finally:
            crew.old_keys.close()
            crew.revoked.close()
    settled = settle(application, REST_WITHIN)
    _, told = application.try_manage("verify")
    entries = crew.entries()
    findings = judge(entries, books.read_books(application.database_url))
    refused = [one.token_hash for one in sightings.refusals]
    findings.refused += [complaint for till in crew.tills for complaint in till.complaints]
    return Run(
        minutes=crew.seconds / 60, registers=len(crew.tills),
        authorized=_answered(entries, "authorize"), completed=_answered(entries, "complete"),
        ended_registers=sum(till.killed for till in crew.tills),
        asked_again=sum(till.asked_again for till in crew.tills), spans=crew.count_spans(),
        rotated=books.read_rotations(application.database_url), sightings=sightings,
        token_ends=books.read_token_ends(application.database_url, refused),
        done=crew.trouble.done, tried=crew.old_keys.tried, revocations=crew.revoked.counts,
        findings=findings, violations=told.count("FAIL") or (0 if "ok" in told else 1),
        unsettled=0 if settled else 1,
    )  # fmt: skip


def _enrolled(plan: Plan, place: Place, sightings: Sightings, url: str) -> Crew:
    folder = _private_folder(place)
    application, stop = place.application, threading.Event()
    seats = place.office.add_registers(plan.registers + len(KINDS))
    tills = [Till(seat, url, folder, plan, stop) for seat in seats[len(KINDS) :]]
    for till in tills:
        till.enrol()
    revoked = Revoked(seats[: len(KINDS)], application.url, url, place.office, folder)
    revoked.enrol()
    keyrings = {till.seat.client_id: till.keyring for till in tills}
    old_keys = OldKeys(keyrings, application.url, application.database_url)
    trouble = Trouble(place.web, application.url, plan, plan.dice("trouble"))
    return Crew(plan, place, sightings, stop, tills, old_keys, revoked, trouble)


def _private_folder(place: Place) -> Path:
    folder = place.application.folder.path / "registers"
    folder.mkdir(mode=0o700)
    return folder


def _answered(entries: list[Entry], what: str) -> int:
    return sum(one.what == what and one.answer is not None for one in entries)


def _raise_what_failed(at_work: list[Future[None]]) -> None:
    for job in at_work:
        if job.done():
            job.result()
