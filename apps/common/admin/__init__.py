"""The bases every page of the admin is built from."""

from apps.common.admin.acting import Act, ActingAdmin
from apps.common.admin.base import (
    HouseAdmin,
    ReadOnlyAdmin,
    ReadOnlyInline,
    actor_of,
    rows,
    section,
)
from apps.common.admin.recorded import HistoryAdmin, RecordedAdmin

__all__ = [
    "Act",
    "ActingAdmin",
    "HistoryAdmin",
    "HouseAdmin",
    "ReadOnlyAdmin",
    "ReadOnlyInline",
    "RecordedAdmin",
    "actor_of",
    "rows",
    "section",
]
