"""The life of a version: drafted, saved, published by whom it may, retired; and then it stands."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from apps.audit.models import AuditEntry
from apps.common.caller import user_actor
from apps.common.errors import StaleState
from apps.events.models import Event
from apps.returns.models import PolicyVersion, ReturnPolicy
from apps.returns.services import versions
from apps.returns.states import VersionStatus
from tests.books import nothing_changes
from tests.threads import together
from tests.world import SETUP, SOLD_AT, Register, publish_policy

ANNA, BEN = user_actor(1, "anna"), user_actor(2, "ben")
RULES: dict[str, Any] = {"window": {"days": 14}, "authorization": {"hours": 24}}


def draft(actor: Any = ANNA) -> PolicyVersion:
    return versions.draft_version(ReturnPolicy.objects.get(), actor=actor, now=SOLD_AT)


def save(one: PolicyVersion, days: int, *, seen: int, actor: Any = ANNA) -> PolicyVersion:
    rules = {**RULES, "window": {"days": days}}
    return versions.save_draft(one.pk, rules, seen=seen, actor=actor, now=SOLD_AT)


def test_a_draft_begins_with_what_is_in_force(register: Register) -> None:
    publish_policy(days=7)
    one = draft()
    assert (one.version, one.status, one.rules["window"]) == (3, "draft", {"days": 7})
    assert (one.written_by, one.written_by_id) == ("anna", "user:1")


def test_saving_says_who_and_leaves_an_entry(register: Register) -> None:
    one = save(draft(), 21, seen=0, actor=BEN)
    assert (one.lock_version, one.written_by) == (1, "ben")
    entry = AuditEntry.objects.get(action="policy.draft_changed")
    assert entry.data["rules"]["after"]["window"] == {"days": 21}
    assert entry.actor_label == "ben"


def test_saving_the_same_again_changes_nothing(register: Register) -> None:
    one = save(draft(), 21, seen=0)
    with nothing_changes():
        save(one, 21, seen=1)


def test_who_comes_second_learns_what_stands_now(register: Register) -> None:
    one = draft()
    save(one, 21, seen=0)
    with nothing_changes(), pytest.raises(versions.SavedMeanwhile) as refused:
        save(one, 60, seen=0, actor=BEN)
    assert refused.value.theirs.rules["window"] == {"days": 21}
    assert refused.value.theirs.written_by == "anna"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_one_moment_one_is_refused(register: Register) -> None:
    one = draft()

    def attempt(days: int) -> bool:
        try:
            save(one, days, seen=0)
        except versions.SavedMeanwhile:
            return False
        return True

    assert sorted(together([lambda: attempt(21), lambda: attempt(60)])) == [False, True]


def test_rules_that_do_not_fit_are_not_saved(register: Register) -> None:
    one = draft()
    with nothing_changes(), pytest.raises(ValidationError):
        save(one, 9_999, seen=0)


def test_what_was_looked_at_is_published_and_nothing_else(register: Register) -> None:
    one = draft()
    save(one, 21, seen=0)
    with nothing_changes(), pytest.raises(versions.SavedMeanwhile):
        versions.publish(one, seen=0, actor=BEN, now=SOLD_AT)
    assert versions.publish(one, seen=1, actor=BEN, now=SOLD_AT).rules["window"] == {"days": 21}


def test_where_it_takes_two_nobody_publishes_what_they_saved_last(register: Register) -> None:
    ReturnPolicy.objects.update(second_person=True)
    one = draft()
    with nothing_changes(), pytest.raises(versions.SamePerson):
        versions.publish(one, actor=ANNA, now=SOLD_AT)
    versions.publish(save(one, 21, seen=0, actor=BEN), actor=ANNA, now=SOLD_AT)
    assert PolicyVersion.objects.get(status="published").needs_second


def test_the_database_wants_two_people_by_itself(register: Register) -> None:
    ReturnPolicy.objects.update(second_person=True)
    PolicyVersion.objects.update(status="retired")
    one = PolicyVersion.objects.filter(pk=draft().pk)
    alone = {"status": "published", "published_at": SOLD_AT, "needs_second": False}
    with pytest.raises(IntegrityError, match="policy_second_is_another"), transaction.atomic():
        one.update(**alone, published_by_id="user:1")
    one.update(**alone, published_by_id="user:2")


@pytest.mark.parametrize(
    "change",
    [{"rules": {}}, {"version": 9}, {"status": "draft"}, {"published_by": "x"}, {"policy_id": 0}],
    ids=["rules", "version", "status", "published_by", "policy"],
)
def test_the_database_keeps_what_was_published(register: Register, change: Any) -> None:
    with nothing_changes():
        with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
            PolicyVersion.objects.update(**change)
        with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
            PolicyVersion.objects.all().delete()


def test_the_database_keeps_what_was_retired_and_takes_drafts_only(register: Register) -> None:
    first = PolicyVersion.objects.get()
    versions.retire(first, actor=ANNA, now=SOLD_AT)
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        PolicyVersion.objects.update(status=VersionStatus.PUBLISHED)
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        PolicyVersion.objects.create(
            policy=first.policy, version=2, status="published", created_at=SOLD_AT
        )


def test_a_retired_version_decides_nothing_and_is_told(register: Register) -> None:
    sale = register.sell()
    versions.retire(PolicyVersion.objects.get(), actor=ANNA, now=SOLD_AT)
    assert register.take_back(sale).json()["lines"][0]["codes"] == ["no-policy"]
    assert Event.objects.get(type="policy.retired").data == {"name": "Standard", "version": 1}
    assert AuditEntry.objects.get(action="policy.retired").actor_label == "anna"
    with nothing_changes(), pytest.raises(StaleState):
        versions.retire(PolicyVersion.objects.get(), actor=ANNA, now=SOLD_AT)


def test_a_draft_that_was_thrown_away_is_neither_saved_nor_published(register: Register) -> None:
    one = draft(SETUP)
    PolicyVersion.objects.filter(pk=one.pk).delete()
    with nothing_changes(), pytest.raises(StaleState):
        save(one, 21, seen=0)
    with nothing_changes(), pytest.raises(StaleState):
        versions.publish(one, actor=BEN, now=SOLD_AT)
