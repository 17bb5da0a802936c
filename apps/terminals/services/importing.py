"""Many registers at once, out of a file: what each line would do, and then all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from apps.audit import services as audit
from apps.common.caller import Actor
from apps.common.errors import StaleState
from apps.stores.models import Store
from apps.terminals.models import Terminal, TerminalProfile
from apps.terminals.policy.register_file import RegisterLine
from apps.terminals.services.telling import fact

Outcome = Literal["new", "known", "wrong"]


@dataclass(frozen=True, slots=True)
class PlannedRegister:
    """What will come of a line: a new register, nothing (it is there already), or why it is wrong."""

    line: RegisterLine
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class _World:
    """What the lines are held against, read in three statements."""

    stores: dict[str, Store]
    profiles: dict[str, TerminalProfile]
    known: set[tuple[str, str]]

    @classmethod
    def read(cls, lines: Sequence[RegisterLine]) -> _World:
        numbers = {line.shop for line in lines}
        # Numbers whose leading zeros a spreadsheet took away, for the hint.
        numbers |= {number.zfill(width) for number in numbers for width in (2, 3, 4, 5, 6)}
        stores = {store.number: store for store in Store.objects.filter(number__in=numbers)}
        profiles = TerminalProfile.objects.filter(name__in={line.profile for line in lines})
        there = Terminal.objects.filter(
            store__number__in={line.shop for line in lines},
            number__in={line.number for line in lines},
        )
        return cls(
            stores,
            {profile.name: profile for profile in profiles},
            set(there.values_list("store__number", "number")),
        )


def plan_import(lines: Sequence[RegisterLine]) -> list[PlannedRegister]:
    """What an import of these lines would do, line by line. Nothing is written."""
    return _plan_all(lines, _World.read(lines))


@transaction.atomic
def import_registers(
    lines: Sequence[RegisterLine], *, actor: Actor, now: datetime
) -> list[Terminal]:
    """All lines become registers that wait for enrolment, added at `now`.

    StaleState when a single one would not: then none does.
    """
    world = _World.read(lines)
    if any(one.outcome != "new" for one in _plan_all(lines, world)):
        raise _stale()
    made = [
        Terminal(
            store=world.stores[line.shop], number=line.number, label=line.label,
            profile=world.profiles[line.profile], hardware=line.hardware, created_at=now,
        )
        for line in lines
    ]  # fmt: skip
    try:
        with transaction.atomic():
            bulk_create_with_history(made, Terminal, default_date=now)
    except IntegrityError as error:  # somebody added one of them a breath before
        raise _stale() from error
    added = [fact("terminal.added", terminal, imported=True) for terminal in made]
    audit.record(added, actor=actor, now=now)
    return made


def _plan_all(lines: Sequence[RegisterLine], world: _World) -> list[PlannedRegister]:
    first_at: dict[tuple[str, str], int] = {}
    planned = []
    for line in lines:
        same_as = first_at.setdefault((line.shop, line.number), line.line)
        planned.append(_plan(line, same_as, world))
    return planned


def _plan(line: RegisterLine, same_as: int, world: _World) -> PlannedRegister:
    if why := _wrong(line, same_as, world):
        return PlannedRegister(line, "wrong", why)
    if (line.shop, line.number) in world.known:
        return PlannedRegister(line, "known")
    return PlannedRegister(line, "new")


def _wrong(line: RegisterLine, same_as: int, world: _World) -> str:
    if not line.shop or not line.number:
        return _("Shop and number are needed.")
    if line.shop not in world.stores:
        return _no_shop(line.shop, world)
    if line.profile not in world.profiles:
        return _("There is no profile “%(name)s”.") % {"name": line.profile}
    for field in ("number", "label", "hardware"):
        longest = getattr(Terminal._meta.get_field(field), "max_length", None) or 0
        if len(getattr(line, field)) > longest:
            return _("%(field)s: %(n)s characters at most.") % {"field": field, "n": longest}
    if same_as != line.line:
        return _("The same register as line %(n)s.") % {"n": same_as}
    return ""


def _no_shop(number: str, world: _World) -> str:
    padded = (number.zfill(width) for width in range(len(number) + 1, 7))
    if meant := next((one for one in padded if one in world.stores), None):
        said = _("There is no shop %(number)s, but %(meant)s: spreadsheets drop leading zeros.")
        return said % {"number": number, "meant": meant}
    return _("There is no shop “%(number)s”.") % {"number": number}


def _stale() -> StaleState:
    return StaleState(_("Something changed since the preview. Nothing was imported."))
