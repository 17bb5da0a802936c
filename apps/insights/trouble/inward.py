"""What came in and could not be applied: records of sync flows, and messages of web shops."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.insights.trouble.base import Group
from apps.integrations.pages import messages_url, records_url
from apps.integrations.selectors import Refused, refused_messages, refused_records


class RejectedRecords:
    def groups(self, now: datetime) -> list[Group]:
        return [
            _group(
                _("Record"), "rejectedrecord", records_url(one.where_id, one.status, one.cause), one
            )
            for one in refused_records()
        ]


class RejectedMessages:
    def groups(self, now: datetime) -> list[Group]:
        return [
            _group(
                _("Message of a web shop"),
                "inboundmessage",
                messages_url(one.where_id, one.status, one.cause),
                one,
            )
            for one in refused_messages()
        ]


def _group(what: Any, model: str, rows_url: str, found: Refused) -> Group:
    return Group(
        what=what,
        where=found.where,
        cause=found.cause,
        detail=found.detail,
        count=found.count,
        since=found.since,
        example=found.example,
        example_url=reverse(f"admin:integrations_{model}_change", args=[found.example_id]),
        rows_url=rows_url,
        came_in=True,
    )
