"""The life of a policy version: drafted, saved, published, retired. Published ones never change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.common.errors import NotYours, StaleState
from apps.events import services as events
from apps.events.commands import News, Place
from apps.returns.locks import lock_draft, lock_policy
from apps.returns.models import PolicyVersion, ReturnPolicy
from apps.returns.policy.settings import default_rules, validate_rules
from apps.returns.states import VersionStatus


class SavedMeanwhile(StaleState):
    """Somebody else saved the draft after it was opened; `theirs` is what stands now."""

    def __init__(self, theirs: PolicyVersion) -> None:
        super().__init__("Somebody else saved this draft meanwhile.")
        self.theirs = theirs


class SamePerson(NotYours):
    """This policy is published by another person than the one who wrote it."""


@transaction.atomic
def draft_version(
    policy: ReturnPolicy, *, rules: dict[str, Any] | None = None, actor: Actor, now: datetime
) -> PolicyVersion:
    """A new wording that decides nothing yet: these rules, else those in force, else the least.

    ValidationError for rules that do not fit.
    """
    lock_policy(policy.pk)
    if rules is None:
        inforce = policy.versions.filter(status=VersionStatus.PUBLISHED).first()
        rules = inforce.rules if inforce else default_rules()
    validate_rules(rules)
    # Not `policy.versions`: a page may have loaded some of them with the policy, and means those then.
    every = PolicyVersion.objects.filter(policy=policy)
    last = every.order_by("-version").values_list("version", flat=True).first() or 0
    return PolicyVersion.objects.create(
        policy=policy, version=last + 1, rules=rules, created_at=now, written_at=now,
        written_by=actor.label[:150], written_by_id=_id_of(actor),
    )  # fmt: skip


@transaction.atomic
def save_draft(
    version_id: int, rules: dict[str, Any], *, seen: int, actor: Actor, now: datetime
) -> PolicyVersion:
    """New rules for a draft; `seen` is the `lock_version` that the writer had before them.

    SavedMeanwhile when somebody was faster, StaleState when it is no draft any more,
    ValidationError for rules that do not fit. Saving the same rules again changes nothing.
    """
    draft = lock_draft(version_id)
    if draft.lock_version != seen:
        raise SavedMeanwhile(draft)
    validate_rules(rules)
    if draft.rules == rules:
        return draft
    before, draft.rules = draft.rules, rules
    draft.lock_version += 1
    draft.written_at, draft.written_by, draft.written_by_id = now, actor.label[:150], _id_of(actor)
    draft.save()
    changes = {"rules": {"before": before, "after": rules}}
    _record("policy.draft_changed", draft, changes, actor=actor, now=now)
    return draft


@transaction.atomic
def publish(
    draft: PolicyVersion, *, seen: int | None = None, actor: Actor, now: datetime
) -> PolicyVersion:
    """Put a draft in force, retiring the version before it.

    `seen`: the `lock_version` that was looked at; SavedMeanwhile when it is another by now.
    StaleState when it is no draft any more, SamePerson where it takes two.
    """
    policy = lock_policy(draft.policy_id)
    locked = lock_draft(draft.pk)
    if seen is not None and locked.lock_version != seen:
        raise SavedMeanwhile(locked)
    _ask_for_another(policy, locked, actor)
    before = policy.versions.filter(status=VersionStatus.PUBLISHED).first()
    if before is not None:
        _retire(before, actor, now)
    locked.status, locked.needs_second = VersionStatus.PUBLISHED, policy.second_person
    locked.published_at, locked.published_by = now, actor.label[:150]
    locked.published_by_id = _id_of(actor)
    locked.save()
    data = {
        "rules": locked.rules,
        "written_by": locked.written_by,
        "version": {"before": before.version if before else None, "after": locked.version},
    }
    _record("policy.published", locked, data, actor=actor, now=now)
    _tell("policy.published", locked, now=now)
    return locked


@transaction.atomic
def retire(version: PolicyVersion, *, actor: Actor, now: datetime) -> PolicyVersion:
    """Take a version out of force without another in its place: its policy decides nothing then.

    StaleState when it is not in force any more. One person may: it is for emergencies.
    """
    lock_policy(version.policy_id)
    locked = PolicyVersion.objects.select_for_update().get(pk=version.pk)
    if locked.status != VersionStatus.PUBLISHED:
        raise StaleState("This version is not in force any more.")
    _retire(locked, actor, now)
    _record("policy.retired", locked, {}, actor=actor, now=now)
    _tell("policy.retired", locked, now=now)
    return locked


def _ask_for_another(policy: ReturnPolicy, version: PolicyVersion, actor: Actor) -> None:
    """Four eyes see every wording: who saved it last, and who puts it in force."""
    if not policy.second_person:
        return
    if version.written_by_id in ("", _id_of(actor)):
        raise SamePerson(
            f"{version.written_by or 'You'} saved this version last; another person has to do it."
        )


def _retire(version: PolicyVersion, actor: Actor, now: datetime) -> None:
    version.status = VersionStatus.RETIRED
    version.retired_at, version.retired_by = now, actor.label[:150]
    version.save(update_fields=["status", "retired_at", "retired_by"])


def _record(
    action: str, version: PolicyVersion, data: dict[str, Any], *, actor: Actor, now: datetime
) -> None:
    fact = Fact(action, "policy", str(version.policy_id), subject_label=str(version), data=data)
    audit.record([fact], actor=actor, now=now)


def _tell(type_: str, version: PolicyVersion, *, now: datetime) -> None:
    data = {"name": version.policy.name, "version": version.version}
    news = News(type_, "policy", str(version.policy_id), data)
    events.tell([news], place=Place(None, "", "", now), now=now)


def _id_of(actor: Actor) -> str:
    return f"{actor.kind}:{actor.id}"
