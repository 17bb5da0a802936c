"""Which policy decides for a shop and a channel: what registers are answered by, said out loud."""

from __future__ import annotations

from dataclasses import dataclass

from apps.returns import store
from apps.returns.models import PolicyVersion, ReturnPolicy
from apps.returns.states import VersionStatus
from apps.stores.models import Store


@dataclass(frozen=True, slots=True)
class Candidate:
    """A policy that is for a shop and channel. `in_force` None: it has nothing published."""

    policy: ReturnPolicy
    in_force: PolicyVersion | None


def candidates_for(shop: Store, channel: str) -> list[Candidate]:
    """The policies for a shop and a channel, the one that goes before all others first."""
    ids = store.candidates(store_id=shop.pk, region_id=shop.region_id, channel=channel)
    published = PolicyVersion.objects.filter(policy__in=ids, status=VersionStatus.PUBLISHED)
    in_force = {one.policy_id: one for one in published.select_related("policy")}
    policies = ReturnPolicy.objects.select_related("region", "store").in_bulk(ids)
    return [Candidate(policies[one], in_force.get(one)) for one in ids]
