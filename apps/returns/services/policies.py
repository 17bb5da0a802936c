"""Policies and the words a return is described with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.common.errors import StaleState
from apps.events import services as events
from apps.events.commands import News, Place
from apps.returns.models import ConditionCode, PolicyVersion, ReasonCode, ReturnPolicy
from apps.returns.policy.settings import validate_rules
from apps.returns.states import Disposition, VersionStatus

_REASONS = {
    "defective": ("Defective", Disposition.QUARANTINE),
    "damaged": ("Damaged", Disposition.DAMAGED),
    "wrong_item": ("Wrong item", ""),
    "wrong_size": ("Wrong size or colour", ""),
    "not_as_described": ("Not as described", ""),
    "late_delivery": ("Came too late", ""),
    "unwanted_gift": ("Unwanted gift", ""),
    "customer_remorse": ("Changed their mind", ""),
    "other": ("Other", ""),
}
_CONDITIONS = {
    "new": ("As new", Disposition.RETURN_TO_STOCK),
    "unopened": ("Unopened", Disposition.RETURN_TO_STOCK),
    "opened": ("Opened", Disposition.QUARANTINE),
    "used": ("Used", Disposition.QUARANTINE),
    "damaged": ("Damaged", Disposition.DAMAGED),
    "defective": ("Defective", Disposition.QUARANTINE),
}


def ensure_words() -> None:
    """The reasons and conditions to begin with; IT edits them in the admin."""
    reasons = [
        ReasonCode(code=code, name=name, disposition=place)
        for code, (name, place) in _REASONS.items()
    ]
    conditions = [
        ConditionCode(code=code, name=name, disposition=place)
        for code, (name, place) in _CONDITIONS.items()
    ]
    for model, words in ((ReasonCode, reasons), (ConditionCode, conditions)):
        known = set(model._default_manager.values_list("pk", flat=True))
        new: list[Any] = [word for word in words if word.pk not in known]
        if new:
            model._default_manager.bulk_create(new, ignore_conflicts=True)
            model.history.bulk_history_create(new)


def ensure_policy(
    *, name: str, rules: dict[str, Any], actor: Actor, now: datetime
) -> PolicyVersion:
    """The policy's version in force; if it has none, these rules are published as its first."""
    policy, _ = ReturnPolicy.objects.get_or_create(name=name)
    published = policy.versions.filter(status=VersionStatus.PUBLISHED).first()
    return published or publish(draft_version(policy, rules=rules, now=now), actor=actor, now=now)


def draft_version(policy: ReturnPolicy, *, rules: dict[str, Any], now: datetime) -> PolicyVersion:
    """A new wording that decides nothing yet. ValidationError for rules that do not fit."""
    validate_rules(rules)
    last = policy.versions.order_by("-version").values_list("version", flat=True).first() or 0
    return PolicyVersion.objects.create(
        policy=policy, version=last + 1, rules=rules, created_at=now
    )


@transaction.atomic
def publish(draft: PolicyVersion, *, actor: Actor, now: datetime) -> PolicyVersion:
    """Put a draft in force, retiring the version before it. StaleState when it is no draft any more."""
    ReturnPolicy.objects.select_for_update().get(pk=draft.policy_id)
    in_force = PolicyVersion.objects.filter(
        policy_id=draft.policy_id, status=VersionStatus.PUBLISHED
    )
    before = in_force.values_list("version", flat=True).first()
    in_force.update(status=VersionStatus.RETIRED)
    changed = PolicyVersion.objects.filter(pk=draft.pk, status=VersionStatus.DRAFT).update(
        status=VersionStatus.PUBLISHED, published_at=now, published_by=actor.label
    )
    if not changed:
        raise StaleState("This version is not a draft any more.")
    draft.refresh_from_db()
    fact = Fact(
        "policy.published",
        "policy",
        str(draft.policy_id),
        subject_label=str(draft),
        data={"rules": draft.rules, "version": {"before": before, "after": draft.version}},
    )
    audit.record([fact], actor=actor, now=now)
    place = Place(None, "", "", now)
    news = News(
        "policy.published",
        "policy",
        str(draft.policy_id),
        {"name": draft.policy.name, "version": draft.version},
    )
    events.tell([news], place=place, now=now)
    return draft
