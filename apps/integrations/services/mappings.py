"""Field mappings: tried on real events, kept as a draft, published as a version that never changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.common.errors import Invalid, NotFound, StaleState
from apps.events.models import Event
from apps.integrations.models import Mapping, MappingVersion
from apps.integrations.policy.mapping import MappingError, apply_template, check_template
from apps.integrations.services.targets import envelope

LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Tried:
    """What a destination would get, or the place in the template that is wrong, and why."""

    result: Any = None
    path: str = ""
    detail: str = ""

    @property
    def ok(self) -> bool:
        return not self.path


def try_template(template: Any, event: dict[str, Any]) -> Tried:
    """`event` is an envelope. Nothing is written."""
    try:
        return Tried(apply_template(template, event))
    except MappingError as error:
        return Tried(path=error.path, detail=error.detail)


def recent_events(event_type: str) -> list[Event]:
    """The last 20 of a type, the newest first."""
    return list(Event.objects.filter(type=event_type).order_by("-recorded_at")[:LOOKED_AT])


def try_on_recent(template: Any, events: list[Event]) -> list[tuple[Event, Tried]]:
    return [(event, try_template(template, envelope(event))) for event in events]


@transaction.atomic
def save_draft(
    mapping: Mapping, template: Any, *, note: str = "", actor: Actor, now: datetime
) -> MappingVersion:
    """The one draft of a mapping, as it is from now on. Invalid names the place that is wrong."""
    _check(template)
    held = _lock(mapping)
    draft = held.versions.filter(published_at=None).order_by("-number").first()
    if draft is None:
        draft = MappingVersion(mapping=held, number=_next_number(held))
    draft.template, draft.note = template, note.strip()[:200]
    draft.created_at, draft.created_by = now, actor.label
    draft.save()
    _record("mapping.drafted", draft, actor=actor, now=now)
    return draft


@transaction.atomic
def publish_draft(mapping: Mapping, *, actor: Actor, now: datetime) -> MappingVersion:
    """In force from the next delivery on. StaleState without a draft."""
    held = _lock(mapping)
    draft = held.versions.filter(published_at=None).order_by("-number").first()
    if draft is None:
        raise StaleState("There is no draft to publish.")
    _check(draft.template)
    draft.published_at = now
    draft.save(update_fields=["published_at"])
    _record("mapping.published", draft, actor=actor, now=now)
    return draft


@transaction.atomic
def use_again(mapping: Mapping, number: int, *, actor: Actor, now: datetime) -> MappingVersion:
    """An older version in force again: as a new one, in front of all others. A draft stays one."""
    held = _lock(mapping)
    old = held.versions.filter(number=number, published_at__isnull=False).first()
    if old is None:
        raise NotFound("There is no such version.")
    for draft in held.versions.filter(published_at=None):
        MappingVersion.objects.filter(pk=draft.pk).update(number=draft.number + 1)
    made = held.versions.create(
        number=_last_published(held) + 1, template=old.template, note=f"as version {number}",
        created_at=now, created_by=actor.label, published_at=now,
    )  # fmt: skip
    _record("mapping.published", made, actor=actor, now=now, again=number)
    return made


def _check(template: Any) -> None:
    if not isinstance(template, dict | list):
        raise Invalid("A template is a JSON object or a list.")
    try:
        check_template(template)
    except MappingError as error:
        raise Invalid(f"{error.path}: {error.detail}") from error


def _lock(mapping: Mapping) -> Mapping:
    """Held until the transaction ends: numbers are given, and drafts published, one by one."""
    return Mapping.objects.select_for_update().get(pk=mapping.pk)


def _next_number(mapping: Mapping) -> int:
    last = mapping.versions.order_by("-number").first()
    return last.number + 1 if last else 1


def _last_published(mapping: Mapping) -> int:
    last = mapping.versions.filter(published_at__isnull=False).order_by("-number").first()
    return last.number if last else 0


def _record(
    action: str, version: MappingVersion, *, actor: Actor, now: datetime, **more: Any
) -> None:
    data = {"version": version.number, "template": version.template, **more}
    mapping = version.mapping
    told = Fact(action, "mapping", str(mapping.pk), subject_label=mapping.name,
                reason=version.note, data=data)  # fmt: skip
    audit.record([told], actor=actor, now=now)
