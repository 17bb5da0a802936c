"""Which policy decides for a shop and a channel: what registers are answered by, said out loud."""

from __future__ import annotations

from dataclasses import dataclass

from apps.common.caller import Caller
from apps.returns import store
from apps.returns.models import PolicyVersion, ReturnPolicy
from apps.returns.states import VersionStatus
from apps.sales.states import Channel
from apps.stores.models import Store


@dataclass(frozen=True, slots=True)
class Candidate:
    """A policy that is for a shop and channel. `in_force` None: it has nothing published."""

    policy: ReturnPolicy
    in_force: PolicyVersion | None


@dataclass(frozen=True, slots=True)
class InForce:
    """A published version, and the channel of the purchases that it decides on."""

    channel: str
    version: PolicyVersion


def candidates_for(shop: Store, channel: str) -> list[Candidate]:
    """The policies for a shop and a channel, the one that goes before all others first."""
    ids = store.candidates(store_id=shop.pk, region_id=shop.region_id, channel=channel)
    published = PolicyVersion.objects.filter(policy__in=ids, status=VersionStatus.PUBLISHED)
    in_force = {one.policy_id: one for one in published.select_related("policy")}
    policies = ReturnPolicy.objects.select_related("region", "store").in_bulk(ids)
    return [Candidate(policies[one], in_force.get(one)) for one in ids]


def policies_in_force(caller: Caller) -> list[InForce]:
    """The version that decides in the register's shop, for each channel in which was bought."""
    places = {(caller.store_id, caller.region_id, str(one)): str(one) for one in Channel}
    decides = store.deciders(list(places))
    rows = PolicyVersion.objects.filter(
        policy__in=[one for one in decides.values() if one], status=VersionStatus.PUBLISHED
    ).select_related("policy")
    versions = {row.policy_id: row for row in rows}
    return [
        InForce(places[place], versions[policy])
        for place, policy in decides.items()
        if policy in versions
    ]
