"""Policies: a wording is written as numbers in a form, published by a button, and then stands."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Role
from apps.returns.models import PolicyVersion, ReturnPolicy
from apps.returns.states import VersionStatus
from tests.admin.conftest import client_of
from tests.admin.helpers import act, actions, page, read, text_of, url
from tests.world import Register


@pytest.fixture
def draft(it: Client, register: Register) -> PolicyVersion:
    it.post(act(ReturnPolicy.objects.get(), "write-version"))
    return PolicyVersion.objects.get(status=VersionStatus.DRAFT)


def form_of(draft: PolicyVersion, seen: int = 0, **settings: str) -> dict[str, str]:
    """The form as a browser sends it, with some settings; the two rules that must be there are."""
    least = {"window.days": "30", "authorization.hours": "24", "lock_version": str(seen)}
    return least | {name.replace("__", "."): value for name, value in settings.items()}


def publish(it: Client, draft: PolicyVersion, seen: int = 0) -> Any:
    return it.post(url(PolicyVersion, "publish", draft.pk), {"lock_version": str(seen)})


def test_a_version_is_drafted_edited_and_published(
    it: Client, register: Register, draft: PolicyVersion
) -> None:
    it.post(page(draft), form_of(draft, window__days="45", authorization__hours="12"))
    asked = read(it, url(PolicyVersion, "publish", draft.pk))
    publish(it, draft, 1)

    assert "Days to return 30 days 45 days" in asked
    draft.refresh_from_db()
    assert draft.rules == {"window": {"days": 45}, "authorization": {"hours": 12}}
    assert (draft.status, draft.version) == (VersionStatus.PUBLISHED, 2)
    assert draft.published_by == "it_administrator@shop"
    assert PolicyVersion.objects.get(version=1).status == VersionStatus.RETIRED
    assert register.take_back(register.sell()).json()["policy"]["version"] == 2
    assert actions() == ["policy.draft_changed", "policy.published"]


def test_what_is_published_is_read_only(it: Client, draft: PolicyVersion) -> None:
    publish(it, draft)

    assert it.post(page(draft), form_of(draft)).status_code == 403
    assert it.post(url(PolicyVersion, "delete", draft.pk), {"post": "yes"}).status_code == 403
    text = read(it, page(draft))
    assert "Goods may come back for 30 days. What comes later is refused." in text
    assert "Compared with Standard v1" in text
    assert "Both say the same." in text


def test_numbers_that_do_not_fit_are_said_beside_the_field(
    it: Client, draft: PolicyVersion
) -> None:
    form = form_of(draft, window__days="9999", authorization__hours="soon")

    text = text_of(it.post(page(draft), form))

    assert "Must be a whole number from 0 to 3650." in text
    assert "Must be a whole number from 1 to 2160." in text
    draft.refresh_from_db()
    assert draft.rules["window"]["days"] == 30


def test_two_people_do_not_overwrite_each_other(it: Client, draft: PolicyVersion) -> None:
    it.post(page(draft), form_of(draft, window__days="45"))

    response = it.post(page(draft), form_of(draft, window__days="60"))

    text = text_of(response)
    assert "it_administrator@shop saved this draft while you were writing" in text
    assert "Days to return 45 days 60 days" in text
    assert 'name="lock_version" value="1"' in response.content.decode()
    draft.refresh_from_db()
    assert draft.rules["window"]["days"] == 45
    it.post(page(draft), form_of(draft, 1, window__days="60"))
    draft.refresh_from_db()
    assert draft.rules["window"]["days"] == 60


def test_what_somebody_changed_meanwhile_is_not_published(it: Client, draft: PolicyVersion) -> None:
    it.post(page(draft), form_of(draft, window__days="45"))

    response = publish(it, draft)

    assert "Somebody else saved this draft meanwhile." in text_of(it.get(response["Location"]))
    draft.refresh_from_db()
    assert draft.status == VersionStatus.DRAFT


def test_where_it_takes_two_the_page_says_so(it: Client, draft: PolicyVersion) -> None:
    ReturnPolicy.objects.update(second_person=True)

    text = read(it, url(PolicyVersion, "publish", draft.pk))

    assert "Ask somebody else to look at it and publish it." in text
    publish(it, draft)
    draft.refresh_from_db()
    assert draft.status == VersionStatus.DRAFT
    publish(client_of(Role.IT_ADMINISTRATOR, name="ben"), draft)
    draft.refresh_from_db()
    assert (draft.status, draft.published_by) == (VersionStatus.PUBLISHED, "ben")


def test_a_version_is_retired_by_a_button(it: Client, register: Register) -> None:
    version = PolicyVersion.objects.get()

    it.post(act(version, "retire"))

    version.refresh_from_db()
    assert (version.status, version.retired_by) == ("retired", "it_administrator@shop")


def test_a_draft_may_be_thrown_away_with_its_back_tests(it: Client, draft: PolicyVersion) -> None:
    it.post(url(PolicyVersion, "back_test", draft.pk), {"days": "9"})
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
    assert publish(auditor, draft).status_code == 403
    assert auditor.get(url(PolicyVersion, "publish", draft.pk)).status_code == 403
    assert auditor.post(act(draft.policy, "write-version")).status_code == 403
    assert b"window.days" not in auditor.get(page(draft)).content
