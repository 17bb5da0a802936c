"""A JSON API by settings: what is asked of it, and what its answer means for each message."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import jmespath
from django.utils.translation import gettext as _
from jmespath.exceptions import JMESPathError

from apps.integrations.policy.addresses import BadAddress, read_address
from apps.integrations.policy.answers import OK, PERMANENT, RETRY, Outcome
from apps.integrations.policy.settings import Reader

METHODS = ("POST", "PUT", "PATCH")
TEST_METHODS = ("GET", "POST")
BATCHES = ("one", "items", "list")
NONE, API_KEY, BASIC, BEARER, OAUTH = AUTHS = ("none", "api_key", "basic", "bearer", "oauth")
_PLACE = re.compile(r"\{([^{}]*)\}")
_PATH = (
    r"(/(?:[A-Za-z0-9/:@!$&'()*+,;=._~%-]|\{[^{}/]*\})*)?(\?[A-Za-z0-9/?:@!$&'()*+,;=._~%{}-]*)?"
)


@dataclass(frozen=True, slots=True)
class AuthSettings:
    """How we say who we are; what proves it stands in the credentials."""

    kind: str
    header: str = ""
    token_url: str = ""
    scope: str = ""
    audience: str = ""
    client_in_body: bool = False


@dataclass(frozen=True, slots=True)
class AnswerRules:
    """JMESPath over the answer: is it a yes, and, for a batch, what became of each item?"""

    success: Any = None
    items: Any = None
    item_id: Any = None
    item_ok: Any = None
    item_retry: Any = None
    item_detail: Any = None


@dataclass(frozen=True, slots=True)
class RestSettings:
    method: str
    path: str
    headers: Mapping[str, str]
    batch: str  # one | items | list
    batch_key: str
    idempotency_header: str
    auth: AuthSettings
    rules: AnswerRules
    test_method: str
    test_path: str

    @property
    def carries_many(self) -> bool:
        return self.batch != "one"


class NoPath(ValueError):
    """The path has a place that the message does not fill."""


def read_rest(config: Mapping[str, Any], *, plain_http: bool) -> tuple[RestSettings, list[str]]:
    """The settings, and what is wrong with them, a sentence each."""
    reader = Reader(config)
    path_hint = _("a path such as /returns/{subject.id}; other signs are written %xx.")
    settings = RestSettings(
        method=reader.choice("method", METHODS),
        path=reader.text("path", form=_PATH, hint=path_hint),
        headers=reader.headers("headers"),
        batch=reader.choice("batch", BATCHES),
        batch_key=reader.text("batch_key", "items"),
        idempotency_header=reader.text("idempotency_header", "Idempotency-Key"),
        auth=read_auth(reader.part("auth"), reader, plain_http=plain_http),
        rules=_rules(reader),
        test_method=reader.choice("test_method", TEST_METHODS),
        test_path=reader.text("test_path", form=_PATH, hint=path_hint),
    )
    if settings.carries_many and _PLACE.search(settings.path):
        reader.complain(
            _("A path with places in braces carries one event; a batch has many."), "path"
        )
    if settings.rules.items is not None and not settings.carries_many:
        reader.complain(
            _("“items” is for batches; “success” judges the answer to a single event."), "items"
        )
    _check_places(settings.path, reader)
    return settings, reader.done()


def read_auth(part: Reader, whole: Reader, *, plain_http: bool) -> AuthSettings:
    kind = part.choice("kind", AUTHS)
    auth = AuthSettings(
        kind=kind,
        header=part.text(
            "header", "X-API-Key", form=r"[A-Za-z0-9-]{1,64}", hint=_("a header's name.")
        ),
        token_url=part.text("token_url", required=kind == OAUTH),
        scope=part.text("scope"),
        audience=part.text("audience"),
        client_in_body=part.flag("client_in_body", default=False),
    )
    if auth.token_url:
        try:
            read_address(auth.token_url, plain_http=plain_http)
        except BadAddress:
            part.complain(
                _("“token_url” has to be an address such as https://login.example/token."),
                "token_url",
            )
    whole.take_over("auth", part)
    return auth


def _rules(reader: Reader) -> AnswerRules:
    names = ("success", "items", "item_id", "item_ok", "item_retry", "item_detail")
    return AnswerRules(**{name: reader.expression(name) for name in names})


def _check_places(path: str, reader: Reader) -> None:
    for place in _PLACE.findall(path):
        try:
            jmespath.compile(place)
        except JMESPathError:
            reader.complain(_("“{%s}” in the path is not an expression.") % place, "path")


def fill_path(path: str, facts: Mapping[str, Any]) -> str:
    """`/returns/{body.number}` with what stands there in the facts; NoPath when nothing does."""

    def value(match: re.Match[str]) -> str:
        found = jmespath.search(match[1], facts)
        text = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
        # `.` and `..` would lead elsewhere, however they are written.
        if text.strip(".") == "":
            raise NoPath(match[1])
        return quote(text, safe="")

    return _PLACE.sub(value, path)


def judge_answer(answer: bytes, rules: AnswerRules, event_ids: Sequence[str]) -> list[Outcome]:
    """What a 2xx answer means for each event, in their order.

    Without rules it is a yes to all. An answer that cannot be read is tried again: whether it was a
    yes is not known.
    """
    if rules.success is None and rules.items is None:
        return [Outcome(OK)] * len(event_ids)
    try:
        said = json.loads(answer)
    except ValueError:
        return [Outcome(RETRY, "answer unreadable")] * len(event_ids)
    try:
        if rules.success is not None and not _truth(rules.success.search(said)):
            return [Outcome(PERMANENT, "answer says no")] * len(event_ids)
        if rules.items is None:
            return [Outcome(OK)] * len(event_ids)
        return _judge_items(said, rules, event_ids)
    except JMESPathError as error:
        detail = str(error).splitlines()[0]
        return [Outcome(RETRY, "answer unreadable", detail)] * len(event_ids)


def _judge_items(said: Any, rules: AnswerRules, event_ids: Sequence[str]) -> list[Outcome]:
    items = rules.items.search(said)
    if not isinstance(items, list):
        return [Outcome(RETRY, "answer without items")] * len(event_ids)
    if rules.item_id is None:
        if len(items) != len(event_ids):
            return [Outcome(RETRY, "other number of items")] * len(event_ids)
        return [_judge_item(item, rules) for item in items]
    known = {str(rules.item_id.search(item)): item for item in items}
    return [
        _judge_item(known[one], rules) if one in known else Outcome(RETRY, "not in the answer")
        for one in event_ids
    ]


def _judge_item(item: Any, rules: AnswerRules) -> Outcome:
    if rules.item_ok is None or _truth(rules.item_ok.search(item)):
        return Outcome(OK)
    detail = rules.item_detail.search(item) if rules.item_detail is not None else None
    again = rules.item_retry is not None and _truth(rules.item_retry.search(item))
    return Outcome(RETRY if again else PERMANENT, "item refused", said_text(detail))


def _truth(value: Any) -> bool:
    """As JMESPath has it: null, false and what is empty are false; 0 is true."""
    return value is not None and value is not False and value not in ("", [], {})


def said_text(value: Any) -> str:
    """What a far side said somewhere in JSON, as a text that can be kept: JSON can name what is none."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.replace("\x00", "").encode(errors="replace").decode()


def missing_credentials(kind: str, credentials: Collection[str]) -> list[str]:
    """The names of credentials that this way of saying who we are needs and that are not there."""
    needed = {
        API_KEY: ("api_key",),
        BASIC: ("username", "password"),
        BEARER: ("token",),
        OAUTH: ("client_id", "client_secret"),
    }
    return [name for name in needed.get(kind, ()) if name not in credentials]
