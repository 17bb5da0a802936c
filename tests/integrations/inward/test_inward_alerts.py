"""A source that is late, and what came in and could not be applied, raise an alert each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.insights.models import Alert
from apps.insights.services.alerting import watch
from apps.insights.wording import sentence
from apps.integrations.models import RejectedRecord
from tests.integrations.inward.flows import make_flow, read
from tests.integrations.inward.source import Source

pytestmark = pytest.mark.django_db


def test_a_late_source_is_told_of_once_and_closes_by_itself(source: Source) -> None:
    flow, now = make_flow(source, max_age_seconds=600), timezone.now()
    read(flow)
    assert watch(now=now + timedelta(seconds=590)) == (0, 0)

    late = now + timedelta(seconds=630)
    assert [watch(now=late), watch(now=late)] == [(1, 0), (0, 0)]
    alert = Alert.objects.get()
    assert sentence(alert) == "ERP was not read completely for more than 10 min."
    assert alert.link == f"/admin/integrations/syncflow/{flow.pk}/change/"
    read(flow)
    assert watch(now=timezone.now()) == (0, 1)


def test_what_could_not_be_applied_is_told_of_by_cause(source: Source) -> None:
    source.records = [{"name": "x"}, {"name": "y"}]
    read(make_flow(source))

    assert watch(now=timezone.now()) == (1, 0)
    said = "What ERP sent could not be applied and waits in the error queue: no-sku."
    assert sentence(Alert.objects.get()) == said
    RejectedRecord.objects.all().delete()
    assert watch(now=timezone.now()) == (0, 1)
