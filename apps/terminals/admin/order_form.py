"""The form that orders a rotation: which registers, from when, by when, in which hours, and why."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.common.admin.choices import CHOOSE, show_for
from apps.stores.models import Region, Store
from apps.terminals.admin.ordering import label_of
from apps.terminals.models import Terminal
from apps.terminals.policy.rotation import Window
from apps.terminals.services.rotation import RotationOrder
from apps.terminals.states import TerminalStatus

MOST_NAMED = 500


class OrderForm(forms.Form):
    """`order()` gives what a valid form asks for."""

    which = forms.ChoiceField(
        label=_("Registers"),
        choices=[
            ("all", _("all")),
            ("region", _("of a region")),
            ("store", _("of a shop")),
            ("chosen", _("these:")),
        ],
        initial="all",
        widget=forms.RadioSelect,
        help_text=_("Those without a key in use are left out."),
    )
    region = forms.ModelChoiceField(
        Region.objects.order_by("name"), label=_("Region"), required=False, empty_label=CHOOSE
    )
    store = forms.ModelChoiceField(
        Store.objects.order_by("number"), label=_("Shop"), required=False, empty_label=CHOOSE
    )
    registers = forms.CharField(
        label=_("These registers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("As 0042/03, with commas, blanks or lines between them."),
    )
    starts_at = forms.DateTimeField(
        label=_("From"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("In UTC. Empty: at once."),
    )
    days = forms.IntegerField(
        label=_("Days until it is due"),
        min_value=1,
        max_value=90,
        initial=7,
        help_text=_(
            "A register that has not rotated by then raises a notice. Its key goes on working."
        ),
    )
    window_start = forms.TimeField(
        label=_("Not before"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Hour of each shop's own day. Empty: at any hour."),
    )
    window_end = forms.TimeField(
        label=_("Not after"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Over midnight when it is the earlier one: 22:00 to 05:00."),
    )
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=200, help_text=_("For the trail.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answers = {"region": ["region"], "store": ["store"], "registers": ["chosen"]}
        show_for(self, "which", answers)

    def clean_registers(self) -> list[Terminal]:
        """The registers that were named; an error names those that do not exist."""
        wanted = dict.fromkeys(re.split(r"[\s,;]+", self.cleaned_data["registers"].strip()))
        pairs = [name.partition("/")[::2] for name in wanted if name]
        if len(pairs) > MOST_NAMED:
            raise forms.ValidationError(
                _("%(n)s at most. Choose all, a region or a shop instead.") % {"n": MOST_NAMED}
            )
        rows = Terminal.objects.select_related("store").filter(
            store__number__in={shop for shop, _number in pairs},
            number__in={number for _shop, number in pairs},
        )
        found = {str(terminal): terminal for terminal in rows}
        names = [f"{shop}/{number}" for shop, number in pairs]
        if missing := [name for name in names if name not in found]:
            said = _("There is no register %(names)s.")
            raise forms.ValidationError(said % {"names": ", ".join(missing[:10])})
        return [found[name] for name in names]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for which, field in (("region", "region"), ("store", "store"), ("chosen", "registers")):
            if data.get("which") == which and not data.get(field) and field not in self.errors:
                self.add_error(field, _("Choose which."))
        if bool(data.get("window_start")) != bool(data.get("window_end")):
            self.add_error("window_end", _("Give both ends of the allowed hours, or neither."))
        return data

    def order(self, now: datetime) -> RotationOrder:
        """The order that this valid form makes up."""
        data = self.cleaned_data
        label, terminal_ids = self._registers()
        starts_at = data["starts_at"] or now
        return RotationOrder(
            label=label,
            terminal_ids=terminal_ids,
            starts_at=starts_at,
            rotate_by=starts_at + timedelta(days=data["days"]),
            window=Window(data["window_start"], data["window_end"]),
            reason=data["reason"],
        )

    def _registers(self) -> tuple[str, list[Any]]:
        data = self.cleaned_data
        if data["which"] == "chosen":
            return label_of(data["registers"]), [one.pk for one in data["registers"]]
        rows = Terminal.objects.exclude(status=TerminalStatus.RETIRED)
        if data["which"] == "all":
            return str(_("All registers")), list(rows.values_list("pk", flat=True))
        scope = {"region": "store__region", "store": "store"}[data["which"]]
        rows = rows.filter(**{scope: data[data["which"]]})
        return str(data[data["which"]]), list(rows.values_list("pk", flat=True))
