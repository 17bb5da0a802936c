"""Registers and their status."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.audit import services as audit
from apps.common.caller import Actor
from apps.common.errors import StaleState
from apps.stores.models import Store
from apps.terminals.locks import lock_terminal
from apps.terminals.models import Credential, EnrolmentCode, Terminal, TerminalProfile
from apps.terminals.services.telling import fact, tell
from apps.terminals.states import TERMINAL_TRANSITIONS, CredentialStatus, TerminalStatus


def ensure_profile(
    *, name: str, scopes: list[str], rate_per_second: int = 0, burst: int = 0
) -> TerminalProfile:
    """The profile of that name; made with these scopes and limits (0: none) when it is missing."""
    defaults = {"scopes": scopes, "rate_per_second": rate_per_second, "burst": burst}
    profile, _ = TerminalProfile.objects.get_or_create(name=name, defaults=defaults)
    return profile


@transaction.atomic
def add_terminal(
    *, store: Store, number: str, profile: TerminalProfile, label: str, actor: Actor, now: datetime
) -> Terminal:
    """A new register of a shop, waiting for its first credential."""
    terminal = Terminal(store=store, number=number, profile=profile, label=label, created_at=now)
    terminal.full_clean()
    terminal.save()
    audit.record([fact("terminal.added", terminal)], actor=actor, now=now)
    return terminal


@transaction.atomic
def set_status(terminal: Terminal, to: TerminalStatus, *, actor: Actor, now: datetime) -> None:
    """Activate, suspend or retire. StaleState when the register is not in a state that allows it."""
    old = terminal.status
    if to not in TERMINAL_TRANSITIONS[old]:
        raise StaleState(f"A register that is {old} cannot become {to}.")
    if not Terminal.objects.filter(pk=terminal.pk, status=old).update(status=to):
        raise StaleState("Somebody changed this register a moment ago.")
    terminal.status = to
    told = fact(f"terminal.{to}", terminal, status={"before": str(old), "after": str(to)})
    audit.record([told], actor=actor, now=now)
    if to in (TerminalStatus.SUSPENDED, TerminalStatus.RETIRED):
        tell("terminal.revoked", terminal, now=now, what="terminal", status=to)


@transaction.atomic
def revoke_terminal(terminal: Terminal, *, actor: Actor, now: datetime) -> None:
    """All its credentials, tokens and codes are refused from the next request on.

    The register waits for enrolment again. StaleState when it is retired, or waits already.
    """
    locked = lock_terminal(terminal.pk)
    if TerminalStatus.PENDING not in TERMINAL_TRANSITIONS[locked.status]:
        raise StaleState(f"A register that is {locked.status} has nothing to revoke.")
    ended = (
        Credential.objects.filter(terminal=locked)
        .exclude(status=CredentialStatus.REVOKED)
        .update(status=CredentialStatus.REVOKED, slot=None, revoked_at=now)
    )
    EnrolmentCode.objects.filter(terminal=locked, used_at=None, cancelled_at=None).update(
        cancelled_at=now
    )
    Terminal.objects.filter(pk=locked.pk).update(status=TerminalStatus.PENDING)
    status = {"before": str(locked.status), "after": str(TerminalStatus.PENDING)}
    terminal.status = TerminalStatus.PENDING
    told = fact("terminal.revoked", locked, credentials=ended, status=status)
    audit.record([told], actor=actor, now=now)
    tell("terminal.revoked", locked, now=now, what="terminal", status=TerminalStatus.PENDING)
