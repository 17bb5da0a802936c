"""Which policy decides, and from when."""

from __future__ import annotations

import pytest

from apps.common.errors import StaleState
from apps.returns.models import CustomerReturn, PolicyVersion
from apps.returns.services import policies
from apps.stores.models import Region
from tests.world import SETUP, SOLD_AT, Register, make_register, publish_policy


def _decided_by(register: Register, **sold: object) -> str:
    sale = register.sell(**sold)
    answer = register.take_back(sale).json()
    kept = CustomerReturn.objects.get(pk=answer["id"])
    assert kept.policy_version is not None
    assert answer["policy"]["version"] == kept.policy_version.version
    return str(answer["policy"]["name"])


@pytest.fixture
def in_region(register: Register) -> Register:
    """The register, its shop in the region North."""
    register.store.region = Region.objects.create(name="North")
    register.store.save()
    return register


def test_the_narrower_scope_decides(in_region: Register) -> None:
    publish_policy("North", scope="region", region=in_region.store.region)
    assert _decided_by(in_region) == "North"
    publish_policy("Shop", scope="store", store=in_region.store)
    assert _decided_by(in_region) == "Shop"
    assert _decided_by(make_register(store="0043")) == "Standard"


def test_a_higher_priority_beats_a_narrower_scope(in_region: Register) -> None:
    publish_policy("Shop", scope="store", store=in_region.store)
    publish_policy("Campaign", scope="all", priority=10)
    assert _decided_by(in_region) == "Campaign"


def test_a_channel_of_its_own_decides_before_any_channel(register: Register) -> None:
    publish_policy("Web", channel="online")
    assert _decided_by(register, channel="online") == "Web"
    assert _decided_by(register, channel="store") == "Standard"


def test_a_draft_decides_nothing(register: Register) -> None:
    policy = PolicyVersion.objects.get().policy
    policies.draft_version(
        policy,
        rules={"window": {"days": 0}, "authorization": {"hours": 1}},
        actor=SETUP,
        now=SOLD_AT,
    )
    assert register.take_back(register.sell()).json()["policy"]["version"] == 1


def test_a_new_version_decides_from_the_next_request_on(register: Register) -> None:
    sale = register.sell(sold_at="2026-11-10T10:00:00Z")
    assert register.take_back(sale).json()["decision"] == "approved"
    publish_policy(days=1)
    answer = register.take_back(sale).json()
    assert (answer["decision"], answer["policy"]) == (
        "denied",
        {"name": "Standard", "version": 2},
    )
    versions = CustomerReturn.objects.order_by("received_at").values_list(
        "policy_version__version", "policy_version__status"
    )
    assert list(versions) == [(1, "retired"), (2, "published")]


def test_one_version_is_in_force_and_none_is_published_twice(register: Register) -> None:
    second = publish_policy(days=14)
    publish_policy(days=7)
    assert list(PolicyVersion.objects.order_by("version").values_list("status", flat=True)) == [
        "retired",
        "retired",
        "published",
    ]
    with pytest.raises(StaleState):
        policies.publish(second, actor=SETUP, now=SOLD_AT)
    assert PolicyVersion.objects.filter(status="published").count() == 1


def test_a_policy_of_another_shop_or_region_decides_nothing(in_region: Register) -> None:
    other = make_register(store="0043")
    publish_policy("Other shop", scope="store", store=other.store, priority=99)
    publish_policy("South", scope="region", region=Region.objects.create(name="South"), priority=99)
    assert _decided_by(in_region) == "Standard"
