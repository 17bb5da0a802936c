"""Policies and the words a return is described with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apps.common.caller import Actor
from apps.returns.models import ConditionCode, PolicyVersion, ReasonCode, ReturnPolicy
from apps.returns.services.versions import draft_version, publish
from apps.returns.states import Disposition, VersionStatus

__all__ = ["draft_version", "ensure_policy", "ensure_words", "publish"]

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
    if published is not None:
        return published
    return publish(draft_version(policy, rules=rules, actor=actor, now=now), actor=actor, now=now)
