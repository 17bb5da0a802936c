"""Fields of the forms here: spans and schedules as text, numbers and names in rows, JSON."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.integrations.policy.durations import (
    BadSpan,
    read_schedule,
    read_span,
    write_schedule,
    write_span,
)

_NO_SPAN = _("“%(text)s” is no span of time. Write it as 30 s, 5 min, 2 h or 1 d.")


class SpanField(forms.CharField):
    """Seconds, shown and read as `5 min`."""

    def __init__(self, *, least: int, most: int, **more: Any) -> None:
        super().__init__(**more)
        self.least, self.most = least, most

    def prepare_value(self, value: Any) -> Any:
        return write_span(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:  # only where it is not required
            return None
        try:
            seconds = read_span(text)
        except BadSpan as error:
            raise ValidationError(_NO_SPAN, params={"text": str(error)}) from None
        if not self.least <= seconds <= self.most:
            params = {"least": write_span(self.least), "most": write_span(self.most)}
            raise ValidationError(_("From %(least)s to %(most)s."), params=params)
        return seconds


class ScheduleField(forms.CharField):
    """The waits before each attempt, shown and read as `at once, 5 s, 5 min`."""

    def prepare_value(self, value: Any) -> Any:
        return write_schedule(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return read_schedule(text)
        except BadSpan as error:
            wrong = _(
                "“%(text)s” cannot be read. Write 1 to 30 waits with commas between them, such as: "
                "at once, 5 s, 5 min, 2 h. None is longer than 7 d."
            )
            raise ValidationError(wrong, params={"text": str(error)}) from None


class StatusesField(forms.CharField):
    """HTTP statuses with commas between them."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(one) for one in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        parts = [part.strip() for part in super().clean(value).split(",") if part.strip()]
        for part in parts:
            if not (part.isascii() and part.isdigit() and 400 <= int(part) <= 599):
                wrong = _("“%(text)s” is no status from 400 to 599.")
                raise ValidationError(wrong, params={"text": part})
        return sorted({int(part) for part in parts})


class JsonField(forms.CharField):
    """A JSON document, shown with line breaks; what is wrong is said with its line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        if value is None or isinstance(value, str):
            return value or ""
        return json.dumps(value, indent=2, ensure_ascii=False)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text.strip():
            return {}
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            place = getattr(error, "lineno", 1), getattr(error, "colno", 1)
            wrong = _("No JSON: line %(line)s, column %(column)s.")
            params = {"line": place[0], "column": place[1]}
            raise ValidationError(wrong, params=params) from None


class MomentField(forms.DateTimeField):
    """Date and time in UTC, with the browser's own picker."""

    widget = forms.DateTimeInput(
        attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"
    )

    def __init__(self, **more: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"], **more)


class LinesField(forms.CharField):
    """Names, one a line."""

    def __init__(self, *, rows: int = 5, **more: Any) -> None:
        more.setdefault("widget", forms.Textarea(attrs={"rows": rows, "spellcheck": "false"}))
        super().__init__(**more)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class PairsField(LinesField):
    """Names with what belongs to them, one pair a line: `0007 = POS-SEVEN`, `X-Tenant: 42`."""

    def __init__(self, *, between: str = "=", **more: Any) -> None:
        super().__init__(**{"rows": 3, **more})
        self.between = between

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        sign = f" {self.between} " if self.between == "=" else f"{self.between} "
        return "\n".join(f"{name}{sign}{_plain(one)}" for name, one in value.items())

    def clean(self, value: Any) -> Any:
        pairs: dict[str, str] = {}
        for line in super().clean(value):
            name, between, one = (part.strip() for part in line.partition(self.between))
            params = {"line": line, "between": self.between}
            if not (name and between and one):
                wrong = _("“%(line)s” needs a name, then “%(between)s”, then what belongs to it.")
                raise ValidationError(wrong, params=params)
            if name in pairs:
                raise ValidationError(_("“%(name)s” stands there twice."), params={"name": name})
            pairs[name] = one
        return pairs


class WaysField(PairsField):
    """What is different about ways to pay: `stripe: kind=card gateway=stripe`."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        said = {way: " ".join(f"{k}={v}" for k, v in told.items()) for way, told in value.items()}
        return super().prepare_value(said)

    def clean(self, value: Any) -> dict[str, Any]:
        told = {}
        for way, text in super().clean(value).items():
            words = [word.partition("=") for word in text.split()]
            if not all(name and sign and one for name, sign, one in words):
                wrong = _("“%(text)s” cannot be read. Write it as kind=card gateway=stripe.")
                raise ValidationError(wrong, params={"text": text})
            told[way] = {name: one for name, _sign, one in words}
        return told


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
