"""Buttons that ask for something first: a reason, a stretch of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from apps.common.admin.acting import Act, ActingAdmin

M = TypeVar("M", bound=Model)


class ReasonForm(forms.Form):
    """Why: for the trail, and for whoever looks at it later."""

    note = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].label = label


@dataclass(frozen=True, slots=True)
class AskingAct(Act):
    """Its `run` finds what was answered with `answers`."""

    form: Callable[[Any], Callable[..., forms.Form]] = lambda thing: forms.Form
    """The form for a thing."""


class AskingAdmin(ActingAdmin[M], Generic[M]):
    """Pages whose buttons may ask. What does not fit is said beside its field; nothing is done."""

    def answer_act(self, request: HttpRequest, thing: M | None, act: Act | None) -> HttpResponse:
        if thing is None or not isinstance(act, AskingAct):
            return super().answer_act(request, thing, act)
        if not self.may_act(request):
            raise PermissionDenied
        form = act.form(thing)(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            request.answers = form.cleaned_data  # type: ignore[attr-defined]
            return super().answer_act(request, thing, act)
        return self.act_page(request, thing, act, "admin/ask_act.html", form=form)


def answers(request: HttpRequest) -> dict[str, Any]:
    """What was written into the form of the button that was pressed."""
    found: dict[str, Any] = request.answers  # type: ignore[attr-defined]
    return found
