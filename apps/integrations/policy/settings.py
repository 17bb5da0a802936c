"""Reading what an administrator typed into the settings of a destination."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import jmespath
from django.utils.translation import gettext as _
from jmespath.exceptions import JMESPathError

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_|~-]{1,64}")
_VALUE = re.compile(r"[\x20-\x7e]{0,500}")
NOT_OURS_TO_SET = frozenset(
    ("authorization", "connection", "content-length", "content-type", "cookie", "expect", "host",
     "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "user-agent")
)  # fmt: skip


class Complaint(str):
    """A sentence about a setting; `about` is its place, such as `auth.kind`, or nothing."""

    about: str

    def __new__(cls, sentence: str, about: str = "") -> Complaint:
        made = super().__new__(cls, sentence)
        made.about = about
        return made


class Reader:
    """Takes settings one by one; `wrong` gathers what is wrong with them, a `Complaint` each.

    What cannot be used is read as its default, so that reading goes on and finds all there is.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._known: set[str] = set()
        self.wrong: list[str] = []

    def text(
        self,
        name: str,
        default: str = "",
        *,
        required: bool = False,
        form: str = "",
        hint: str = "",
    ) -> str:
        """`form`: a pattern that the whole text has to fit; `hint` says it for people."""
        taken = self._take(name, default)
        if not isinstance(taken, str):
            self._say(_("“%(name)s” has to be a text."), name=name)
            return default
        value: str = taken
        if required and not value:
            self._say(_("“%(name)s” is missing."), name=name)
        elif value and form and not re.fullmatch(form, value):
            self._say(
                _("“%(name)s” cannot be “%(value)s”: %(hint)s"), name=name, value=value, hint=hint
            )
            return default
        return value

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """One of them; the first where nothing was said."""
        value = self._take(name, choices[0])
        if value in choices:
            return str(value)
        among = ", ".join(choices)
        self._say(_("“%(name)s” has to be one of: %(among)s."), name=name, among=among)
        return choices[0]

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._take(name, default)
        if isinstance(value, bool):
            return value
        self._say(_("“%(name)s” has to be true or false."), name=name)
        return default

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        value = self._take(name, default)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        sentence = _("“%(name)s” has to be a number from %(least)s to %(most)s.")
        self._say(sentence, name=name, least=least, most=most)
        return default

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._take(name, [])
        if isinstance(value, list) and all(isinstance(one, str) and one for one in value):
            return tuple(value)
        self._say(_("“%(name)s” has to be a list of texts."), name=name)
        return ()

    def table(self, name: str) -> dict[str, str]:
        """An object whose values are texts."""
        value = self._take(name, {})
        if isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
            return dict(value)
        self._say(_("“%(name)s” has to be an object whose values are texts."), name=name)
        return {}

    def part(self, name: str) -> Reader:
        """An object inside, to be read by itself; close it with `done`, as this one."""
        value = self._take(name, {})
        if isinstance(value, dict):
            return Reader(value)
        self._say(_("“%(name)s” has to be an object."), name=name)
        return Reader({})

    def expression(self, name: str) -> Any:
        """A JMESPath expression, compiled; None where there is none."""
        text = self.text(name)
        if not text:
            return None
        try:
            return jmespath.compile(text)
        except JMESPathError as error:
            said = str(error).splitlines()[0]
            self._say(_("“%(name)s” is not an expression: %(said)s"), name=name, said=said)
            return None

    def headers(self, name: str) -> dict[str, str]:
        """Names and values that may stand in a request; not those that we set ourselves."""
        given = self.table(name)
        for header, value in given.items():
            if not _HEADER.fullmatch(header) or not _VALUE.fullmatch(value):
                self.complain(_("“%s” cannot be sent as a header.") % header, name)
            elif header.lower() in NOT_OURS_TO_SET:
                self.complain(_("The header “%s” is not set here.") % header, name)
        return given

    def complain(self, sentence: str, about: str = "") -> None:
        self.wrong.append(Complaint(sentence, about))

    def take_over(self, name: str, inner: Reader) -> None:
        """What is wrong with a part is wrong with the whole."""
        for one in inner.done():
            about = one.about if isinstance(one, Complaint) else ""
            self.complain(f"{name}: {one}", f"{name}.{about}" if about else name)

    def done(self) -> list[str]:
        """All that is wrong, settings that nobody asked for included."""
        for name in sorted(set(self._settings) - self._known):
            self._say(_("There is no setting “%(name)s”."), name=name)
        return self.wrong

    def _take(self, name: str, default: Any) -> Any:
        self._known.add(name)
        value = self._settings.get(name)
        return default if value is None else value

    def _say(self, sentence: str, *, name: str, **more: Any) -> None:
        self.complain(sentence % {"name": name, **more}, name)
