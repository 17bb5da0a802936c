"""Sync flows: adding one, and what people do to it. Reading is a worker's work."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.common.errors import Invalid, StaleState
from apps.common.keyring import UnreadableSecret
from apps.common.wakeup import wake_on_commit
from apps.integrations.models import SyncFlow, SyncRun, SyncState
from apps.integrations.policy.access import check_access
from apps.integrations.states import FlowKind, FlowStatus, RunStatus
from apps.inventory import services as inventory

TASK = "integrations.pull_due"


@transaction.atomic
def add_flow(
    flow: SyncFlow, *, credentials: Mapping[str, str], actor: Actor, now: datetime
) -> None:
    """Save a new flow with its state. ValidationError or Invalid for what cannot be asked that way."""
    flow.created_at = now
    _set_credentials(flow, credentials)
    flow.full_clean()
    flow.save()
    SyncState.objects.create(flow=flow)
    data = {"kind": flow.kind, "url": flow.url, "access": flow.access}
    audit.record([fact("sync_flow.added", flow, data)], actor=actor, now=now)
    wake_on_commit(TASK)


@transaction.atomic
def set_credentials(
    flow: SyncFlow, credentials: Mapping[str, str], *, actor: Actor, now: datetime
) -> None:
    """New credentials for its kind of access. Invalid says what is missing."""
    _set_credentials(flow, credentials)
    flow.save(update_fields=["credentials"])
    audit.record([fact("sync_flow.credentials_set", flow)], actor=actor, now=now)


@transaction.atomic
def run_now(flow: SyncFlow, *, actor: Actor, now: datetime) -> None:
    """Read it at the next moment, whatever its interval. StaleState while it is paused."""
    active = SyncFlow.objects.filter(pk=flow.pk, status=FlowStatus.ACTIVE).exists()
    if not active:
        raise StaleState("This flow is paused. Resume it first.")
    SyncState.objects.filter(pk=flow.pk).update(asked_at=now)
    audit.record([fact("sync_flow.asked", flow)], actor=actor, now=now)
    wake_on_commit(TASK)


@transaction.atomic
def set_flow_status(flow: SyncFlow, to: FlowStatus, *, actor: Actor, now: datetime) -> None:
    """Pause, after the page that is being read, or resume. StaleState when it is so already."""
    changed = SyncFlow.objects.filter(pk=flow.pk).exclude(status=to).update(status=to)
    if not changed:
        raise StaleState("Somebody was faster: it is so already.")
    data = {"status": {"before": str(flow.status), "after": str(to)}}
    flow.status = to
    if to == FlowStatus.ACTIVE:
        SyncState.objects.filter(pk=flow.pk).update(asked_at=now, failures_in_a_row=0)
        wake_on_commit(TASK)
    name = "paused" if to == FlowStatus.PAUSED else "resumed"
    audit.record([fact(f"sync_flow.{name}", flow, data)], actor=actor, now=now)


@transaction.atomic
def start_anew(flow: SyncFlow, *, actor: Actor, now: datetime) -> None:
    """Forget the cursor and read everything again. A run under way is overtaken: it keeps no more."""
    state = SyncState.objects.select_for_update().get(pk=flow.pk)
    data = {"cursor": state.cursor}
    SyncRun.objects.filter(flow=flow, status=RunStatus.RUNNING).update(
        status=RunStatus.CUT, ended_at=now, cause="started-anew"
    )
    state.cursor, state.run, state.lease_ends_at = "", None, None
    state.asked_at, state.retry_at = now, None
    state.save()
    if flow.kind == FlowKind.STOCK:
        inventory.forget_reports(source_of(flow))
    audit.record([fact("sync_flow.started_anew", flow, data)], actor=actor, now=now)
    wake_on_commit(TASK)


def credentials_of(flow: SyncFlow) -> dict[str, str]:
    """In clear. UnreadableSecret when the key they stand under is gone."""
    found: dict[str, str] = json.loads(flow.credentials or "{}")
    return found


def can_read_credentials(flow: SyncFlow) -> bool:
    try:
        credentials_of(flow)
    except UnreadableSecret:
        return False
    return True


def source_of(flow: SyncFlow) -> str:
    """What the ledger of stock calls the flow."""
    return f"flow:{flow.pk}"


def fact(action: str, flow: SyncFlow, data: dict[str, Any] | None = None) -> Fact:
    """What stands in the trail about a flow; never a secret."""
    return Fact(action, "sync_flow", str(flow.pk), subject_label=flow.name, data=data or {})


def _set_credentials(flow: SyncFlow, credentials: Mapping[str, str]) -> None:
    if wrong := check_access(flow.access, credentials):
        raise Invalid(" ".join(wrong))
    flow.credentials = json.dumps(dict(credentials)) if credentials else None
