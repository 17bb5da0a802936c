"""The bases every page of the admin is built from."""

from apps.common.admin.acting import Act, ActingAdmin
from apps.common.admin.asking import AskingAct, AskingAdmin, ReasonForm, answers
from apps.common.admin.base import (
    HouseAdmin,
    ReadOnlyAdmin,
    ReadOnlyInline,
    actor_of,
    rows,
    section,
)
from apps.common.admin.bulk import BulkAct, BulkAdmin, one_by_one
from apps.common.admin.history import EVERYTHING, HistoryAdmin
from apps.common.admin.recorded import RecordedAdmin
from apps.common.admin.scope import everybodys

__all__ = [
    "EVERYTHING",
    "Act",
    "ActingAdmin",
    "AskingAct",
    "AskingAdmin",
    "BulkAct",
    "BulkAdmin",
    "HistoryAdmin",
    "HouseAdmin",
    "ReadOnlyAdmin",
    "ReadOnlyInline",
    "ReasonForm",
    "RecordedAdmin",
    "actor_of",
    "answers",
    "everybodys",
    "one_by_one",
    "rows",
    "section",
]
