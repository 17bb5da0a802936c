"""Policies: a wording is written as numbers in a form, published by a button, and then stands."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.returns.models import PolicyVersion, ReturnPolicy
from apps.returns.states import VersionStatus
from tests.admin.helpers import act, actions, page, read, text_of, url
from tests.world import Register


@pytest.fixture
def draft(it: Client, register: Register) -> PolicyVersion:
    it.post(act(ReturnPolicy.objects.get(), "write-version"))
    return PolicyVersion.objects.get(status=VersionStatus.DRAFT)


def test_a_version_is_drafted_edited_and_published(
    it: Client, register: Register, draft: PolicyVersion
) -> None:
    it.post(page(draft), {"window_days": "45", "hold_hours": "12", "lock_version": "0"})
    it.post(act(draft, "publish"))

    draft.refresh_from_db()
    assert draft.rules == {"window": {"days": 45}, "authorization": {"hours": 12}}
    assert (draft.status, draft.version) == (VersionStatus.PUBLISHED, 2)
    assert draft.published_by == "it_administrator@shop"
    assert PolicyVersion.objects.get(version=1).status == VersionStatus.RETIRED
    assert register.take_back(register.sell()).json()["policy"]["version"] == 2
    assert actions() == ["policy.draft_written", "policy.draft_changed", "policy.published"]


def test_what_is_published_is_read_only(it: Client, draft: PolicyVersion) -> None:
    it.post(act(draft, "publish"))
    form = {"window_days": "1", "hold_hours": "1", "lock_version": "0"}

    assert it.post(page(draft), form).status_code == 403
    assert it.post(url(PolicyVersion, "delete", draft.pk), {"post": "yes"}).status_code == 403
    assert "30 days to return" in read(it, page(draft))


def test_numbers_that_do_not_fit_are_said_beside_the_field(
    it: Client, draft: PolicyVersion
) -> None:
    form = {"window_days": "9999", "hold_hours": "0", "lock_version": "0"}

    text = text_of(it.post(page(draft), form))

    assert "less than or equal to 3650" in text
    assert "greater than or equal to 1" in text
    draft.refresh_from_db()
    assert draft.rules["window"]["days"] == 30


def test_two_people_do_not_overwrite_each_other(it: Client, draft: PolicyVersion) -> None:
    form = {"hold_hours": "24", "lock_version": "0"}
    it.post(page(draft), {**form, "window_days": "45"})

    text = text_of(it.post(page(draft), {**form, "window_days": "60"}))

    assert "Somebody changed this draft meanwhile." in text
    draft.refresh_from_db()
    assert draft.rules["window"]["days"] == 45


def test_a_draft_may_be_thrown_away(it: Client, draft: PolicyVersion) -> None:
    it.post(url(PolicyVersion, "delete", draft.pk), {"post": "yes"})

    assert not PolicyVersion.objects.filter(pk=draft.pk).exists()
    assert actions()[-1] == "policy.draft_deleted"


def test_a_policy_for_a_shop_names_it(it: Client, register: Register) -> None:
    form = {"name": "Outlet", "scope": "store", "priority": "5", "channel": ""}

    said = text_of(it.post(url(ReturnPolicy, "add"), form))
    made = it.post(url(ReturnPolicy, "add"), {**form, "store": register.store.pk})

    assert "Choose one, since the policy is for one." in said
    assert made["Location"] == page(ReturnPolicy.objects.get(name="Outlet"))


def test_a_policy_with_versions_is_not_deleted(it: Client, register: Register) -> None:
    policy = ReturnPolicy.objects.get()

    it.post(url(ReturnPolicy, "delete", policy.pk), {"post": "yes"})

    assert ReturnPolicy.objects.filter(pk=policy.pk).exists()


def test_auditors_neither_write_nor_publish(
    auditor: Client, register: Register, draft: PolicyVersion
) -> None:
    assert auditor.post(act(draft, "publish")).status_code == 403
    assert auditor.post(act(draft.policy, "write-version")).status_code == 403
    assert b"window_days" not in auditor.get(page(draft)).content
