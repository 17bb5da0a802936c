"""Settings of a destination as they were: through the form's checks and the service; no credentials."""

from __future__ import annotations

from django.test import Client

from apps.audit.models import AuditEntry
from apps.integrations.models import Destination
from tests.admin.helpers import page, read, url
from tests.integrations.conftest import Erp
from tests.integrations.forms import filled


def test_settings_are_put_back_and_nothing_else(it: Client, erp: Erp) -> None:
    before = Destination.objects.values().get()
    changes = {"event_types": ["return.*"], "schedule": "at once, 10 s", "every_seconds": "2 min",
               "sync_mode": "every", "change_reason": "A trial"}  # fmt: skip
    it.post(page(erp[0]), filled(it, erp[0], **changes))
    assert Destination.objects.get().schedule == [0, 10]
    first = erp[0].history.earliest()
    address = url(Destination, "restore", erp[0].pk, first.history_id)
    assert "A trial" in read(it, url(Destination, "history", erp[0].pk))

    it.post(address, {"change_reason": "Trial is over"})

    assert Destination.objects.values().get() == before
    newest = erp[0].history.latest()
    assert newest.history_change_reason == "Trial is over"
    entries = list(AuditEntry.objects.filter(actor_kind="user").order_by("id"))
    assert [entry.action for entry in entries] == [
        "destination.changed", "destination.changed", "destination.restored",
    ]  # fmt: skip
    assert entries[-1].reason == "Trial is over"
