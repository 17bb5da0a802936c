"""The mapping editor: tried on events, kept, published; versions that never change."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.common.errors import Invalid, NotFound, StaleState
from apps.events.services import place_events
from apps.integrations.models import Destination, Mapping, MappingVersion
from apps.integrations.policy.mapping import MappingError, check_template
from apps.integrations.services import deliver_due, fan_out
from apps.integrations.services.mappings import publish_draft, save_draft, use_again
from tests.admin.helpers import actions, page, read, text_of, url
from tests.books import nothing_changes
from tests.integrations.conftest import Erp
from tests.integrations.receiver import Receiver
from tests.world import SETUP, Register

SKUS = {"receipt": "=data.receipt_number", "lines": {"=each": "data.lines", "=do": {"sku": "=sku"}}}


@pytest.fixture
def mapping(db: None) -> Mapping:
    return Mapping.objects.create(name="ERP lines")


def form(template: Any = SKUS, **more: str) -> dict[str, str]:
    text = template if isinstance(template, str) else json.dumps(template, indent=1)
    return {"type": "sale.recorded", "template": text, **more}


def tried(it: Client, mapping: Mapping, **more: str) -> dict[str, Any]:
    answer = it.post(reverse("admin:integrations_mapping_try", args=[mapping.pk]), form(**more))
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def keep(mapping: Mapping, template: Any = SKUS) -> MappingVersion:
    return save_draft(mapping, template, actor=SETUP, now=timezone.now())


def publish(mapping: Mapping, template: Any = SKUS) -> MappingVersion:
    keep(mapping, template)
    return publish_draft(mapping, actor=SETUP, now=timezone.now())


def test_the_result_is_shown_live(it: Client, mapping: Mapping, register: Register) -> None:
    sale = register.sell()
    with nothing_changes():
        live = tried(it, mapping)
    assert live["ok"] is True
    result = json.loads(live["result"])
    assert result["receipt"] == sale["receipt_number"]
    assert result["lines"] == [{"sku": line["sku"]} for line in sale["lines"]]
    assert json.loads(live["event"])["type"] == "sale.recorded"


@pytest.mark.parametrize(
    ("template", "where", "line", "detail"),
    [
        ('{\n "a": 1,\n "b": "=data.["\n}', "$.b", 3, ""),
        ('{\n "a": {\n  "=each": "data.receipt_number", "=do": 1}\n}', "$.a", 2, "needs a list"),
        ("{\n oops", "template", 0, "No JSON: line 2, column 2."),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    it: Client, mapping: Mapping, register: Register,
    template: str, where: str, line: int, detail: str,
) -> None:  # fmt: skip
    register.sell()
    live = tried(it, mapping, template=template)
    assert (live["ok"], live["where"], live["line"]) == (False, where, line)
    assert detail in live["detail"]


def test_an_event_can_be_pasted(it: Client, mapping: Mapping) -> None:
    live = tried(it, mapping, pasted='{"data": {"receipt_number": "R7", "lines": []}}')
    assert json.loads(live["result"]) == {"receipt": "R7", "lines": []}
    assert tried(it, mapping)["detail"].startswith("There was no event of this type yet.")


def test_without_javascript_the_button_does_the_same(
    it: Client, mapping: Mapping, register: Register
) -> None:
    register.sell()
    with nothing_changes():
        shown = text_of(it.post(page(mapping), {**form(), "do": "try"}))
    assert '"receipt": "' in shown
    assert "fits" in shown


def test_a_draft_is_kept_then_published(it: Client, mapping: Mapping) -> None:
    it.post(page(mapping), {**form(), "do": "draft", "note": "first"})
    it.post(page(mapping), {**form({"a": "=type"}), "do": "draft"})
    draft = MappingVersion.objects.get()
    assert (draft.number, draft.template, draft.published_at) == (1, {"a": "=type"}, None)
    it.post(page(mapping), {**form(), "do": "publish"})

    draft.refresh_from_db()
    assert draft.published_at is not None
    assert (draft.template, draft.created_by) == (SKUS, "it_administrator@shop")
    assert "Version 1 is in force." in read(it, page(mapping))
    assert actions() == ["mapping.drafted"] * 3 + ["mapping.published"]


def test_what_was_published_is_sent_from_the_next_delivery_on(
    mapping: Mapping, erp: Erp, register: Register, receiver: Receiver
) -> None:
    place_events()
    fan_out(now=timezone.now())
    Destination.objects.update(mapping=mapping, event_types=["sale.recorded"])
    keep(mapping, {"draft": True})
    register.sell()
    place_events()
    fan_out(now=timezone.now())
    deliver_due(erp[0].pk, 1, clock=timezone.now)
    publish(mapping, {"kind": "=type"})
    register.sell()
    place_events()
    fan_out(now=timezone.now())
    deliver_due(erp[0].pk, 1, clock=timezone.now)

    first, second = (json.loads(one.body) for one in receiver.received)
    assert first["type"] == "sale.recorded"
    assert second == {"kind": "sale.recorded"}


def test_an_older_version_is_used_again_as_a_new_one(it: Client, mapping: Mapping) -> None:
    publish(mapping, {"n": 1})
    publish(mapping, {"n": 2})
    keep(mapping, {"n": "draft"})
    it.post(reverse("admin:integrations_mapping_use", args=[mapping.pk, 1]))

    found = [
        (v.number, v.template, bool(v.published_at)) for v in mapping.versions.order_by("number")
    ]
    assert found == [(1, {"n": 1}, True), (2, {"n": 2}, True), (3, {"n": 1}, True),
                     (4, {"n": "draft"}, False)]  # fmt: skip


def test_what_cannot_be_is_refused(mapping: Mapping) -> None:
    now = timezone.now()
    with nothing_changes():
        for template in ("text", 7, None, {"a": "=data.["}):
            with pytest.raises(Invalid):
                save_draft(mapping, template, actor=SETUP, now=now)
        with pytest.raises(StaleState):
            publish_draft(mapping, actor=SETUP, now=now)
        with pytest.raises(NotFound):
            use_again(mapping, 1, actor=SETUP, now=now)


def test_a_template_is_read_without_an_event() -> None:
    check_template({"a": "==text", "b": ["=x", 1, None], "c": {"=each": "@", "=do": "=y"}})
    with pytest.raises(MappingError, match=r"^\$\.c: "):
        check_template({"c": {"=each": "x[", "=do": 1}})


def test_two_versions_are_compared(it: Client, mapping: Mapping) -> None:
    publish(mapping, {"n": 1, "same": "<b>"})
    publish(mapping, {"n": 2, "same": "<b>"})
    address = reverse("admin:integrations_mapping_compare", args=[mapping.pk])
    body = it.get(address, {"a": "1", "b": "2"}).content.decode()
    assert "<del>  &quot;n&quot;: 1,</del>" in body
    assert "<ins>  &quot;n&quot;: 2,</ins>" in body
    assert "&lt;b&gt;" in body
    for wrong in ({"a": "1"}, {"a": "1", "b": "9"}, {"a": "x", "b": "1"}):
        assert it.get(address, wrong).status_code == 404


def test_an_auditor_looks_a_manager_does_not(
    auditor: Client, manager: Client, mapping: Mapping
) -> None:
    publish(mapping)
    shown = read(auditor, page(mapping))
    assert "Version 1 is in force." in shown
    assert "Publish" not in shown
    with nothing_changes():
        assert auditor.post(page(mapping), {**form(), "do": "publish"}).status_code == 403
        for name, more in (("try", []), ("use", [1])):
            address = reverse(f"admin:integrations_mapping_{name}", args=[mapping.pk, *more])
            assert auditor.post(address, form()).status_code == 403
    assert manager.get(page(mapping)).status_code == 403
    assert manager.get(url(Mapping)).status_code == 403


def test_pages_keep_to_the_content_policy(it: Client, mapping: Mapping, register: Register) -> None:
    register.sell()
    publish(mapping)
    for address in (url(Mapping), url(Mapping, "add"), page(mapping)):
        body = it.get(address).content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", body), address
