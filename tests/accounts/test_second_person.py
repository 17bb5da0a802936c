"""Who asks is not who approves: the database itself refuses it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.utils import timezone

from apps.integrations.models import Destination, Job
from apps.integrations.states import JobKind


@pytest.mark.parametrize(
    "answered_by_id",
    ["user:7", ""],
    ids=["oneself", "nobody"],
)
def test_a_discard_needs_another_person(db: None, answered_by_id: str) -> None:
    now = timezone.now()
    erp = Destination.objects.create(name="ERP", url="https://erp.example/", created_at=now)

    with pytest.raises(IntegrityError, match="job_second"):
        Job.objects.create(
            kind=JobKind.DISCARD, destination=erp, note="x", asked_at=now, asked_by="ines",
            asked_by_id="user:7", answered_by_id=answered_by_id, needs_second=True,
            due_at=now,
        )  # fmt: skip
