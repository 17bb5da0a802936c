"""Records that a source sent and that could not be applied."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.common import display
from apps.common.admin import (
    Act,
    AskingAct,
    AskingAdmin,
    BulkAct,
    BulkAdmin,
    ReadOnlyAdmin,
    ReasonForm,
    actor_of,
    answers,
    one_by_one,
    section,
)
from apps.common.admin.columns import column, copyable, exactly, related, state, when
from apps.common.admin.filters import chosen, since
from apps.integrations import services
from apps.integrations.admin.exchanges import pretty
from apps.integrations.admin.flow_runs import ByFlow
from apps.integrations.models import RejectedRecord
from apps.integrations.states import RecordStatus

_STATE = state(
    "status",
    _("status"),
    {RecordStatus.OPEN: display.BAD, RecordStatus.RESOLVED: display.GOOD},
)


@column("why", _("why"))
def why(record: RejectedRecord) -> str:
    return display.noted(display.code(record.cause), record.detail)


@column("raw", _("as it came"))
def raw(record: RejectedRecord) -> str:
    return format_html("<pre>{}</pre>", pretty(record.raw))


def _is_open(record: RejectedRecord) -> bool:
    return record.status == RecordStatus.OPEN


def _again(request: HttpRequest, record: RejectedRecord) -> Any:
    services.try_record_again(record, actor=actor_of(request), now=timezone.now())
    return _("It is applied.")


def _put_away(to: RecordStatus, said: Any) -> Any:
    def run(request: HttpRequest, record: RejectedRecord) -> Any:
        services.put_record_away(
            record, to, note=answers(request)["note"], actor=actor_of(request), now=timezone.now()
        )
        return said

    return run


AGAIN = Act(
    "again",
    _("Try again"),
    lambda record: _(
        "It is applied with the present mapping, as of the moment at which it was asked for."
    ),
    _again,
    fits=_is_open,
)
RESOLVE = AskingAct(
    "resolve",
    _("Resolve"),
    lambda record: _("It was seen to in another way, and is not applied."),
    _put_away(RecordStatus.RESOLVED, _("Resolved.")),
    fits=_is_open,
    form=lambda record: lambda data=None: ReasonForm(data, label=_("What was done")),
)
DISCARD = AskingAct(
    "discard",
    _("Discard"),
    lambda record: _(
        "It is not applied, and does not come back to this queue as long as it stays the same."
    ),
    _put_away(RecordStatus.DISCARDED, _("Discarded.")),
    fits=_is_open,
    danger=True,
    form=lambda record: lambda data=None: ReasonForm(data, label=_("Reason")),
)

_ALL_AGAIN = BulkAct(
    "again",
    _("Try again"),
    lambda n: ngettext(
        "%(n)s record is applied with the present mapping.",
        "%(n)s records are applied with the present mapping.",
        n,
    ) % {"n": n},
    one_by_one(_again, lambda n: ngettext("%(n)s is applied.", "%(n)s are applied.", n) % {"n": n}),
    why_not=lambda record: "" if _is_open(record) else _("It is no longer in the error queue"),
    most=500,
)  # fmt: skip


@admin.register(RejectedRecord)
class RejectedRecordAdmin(
    AskingAdmin[RejectedRecord], BulkAdmin[RejectedRecord], ReadOnlyAdmin[RejectedRecord]
):
    acts = (AGAIN, RESOLVE, DISCARD)
    bulk_acts = (_ALL_AGAIN,)
    trail_name = "rejected_record"
    ordering = ("-id",)
    list_display = ("key", related("flow", _("flow")), _STATE, why, when("last_at", _("last came")))
    list_select_related = ("flow",)
    list_filter = (
        ByFlow,
        chosen("status", _("Status"), RecordStatus.choices),
        since("last_at", _("Last came")),
    )
    search_paths = ("key", "cause")
    search_help_text = _("SKU, or shop/SKU, or a cause")
    lead = _(
        "What a source sent and what could not be applied. One that comes right later leaves by itself."
    )
    empty_says = _("Records of sync flows that cannot be applied stand here, with the reason.")
    fieldsets = (
        section(None, copyable("key", _("about")), related("flow", _("flow")), _STATE, why, raw),
        section(
            None, exactly("asked_at", _("asked for")), exactly("last_at", _("last came")),
            exactly("settled_at", _("settled")), "settled_by", "note",
        ),
    )  # fmt: skip
