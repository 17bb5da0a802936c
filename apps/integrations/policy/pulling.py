"""How a source is read page by page: what to ask for next, and where to go on later. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import jmespath
from jmespath.exceptions import JMESPathError

from apps.common.fields import format_instant

BY_CURSOR, BY_TIME = "cursor", "since"
MAX_CURSOR = 4_096
MAX_RECORDS = 5_000


class PullFailed(Exception):
    """A run cannot go on. `cause` groups them, `detail` is for people; `wait` if the source says so."""

    def __init__(self, cause: str, detail: str = "", *, wait: timedelta | None = None) -> None:
        super().__init__(f"{cause}: {detail}" if detail else cause)
        self.cause, self.detail, self.wait = cause, detail, wait


@dataclass(frozen=True, slots=True)
class PullTerms:
    """How a source wants to be asked, and where things stand in its answers (JMESPath)."""

    url: str
    paging: str
    size: int
    size_name: str = "limit"
    cursor_name: str = "cursor"
    since_name: str = "updated_since"
    overlap: timedelta = timedelta(0)
    records_path: str = "items"
    next_path: str = "next"
    changed_path: str = "updated_at"


@dataclass(frozen=True, slots=True)
class Mark:
    """Where to go on. `next` is the source's own word and means nothing here.

    By time only: `since` is how far everything was read, `seen` the latest change met since then.
    """

    next: str = ""
    since: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    records: Sequence[Any]
    next: str = ""


def read_mark(text: str, paging: str) -> Mark:
    """The mark in a stored cursor; from the beginning for an empty one, and for what is none."""
    if paging == BY_CURSOR or not text:
        return Mark(next=text)
    try:
        return Mark(**json.loads(text))
    except (ValueError, TypeError):  # written when it went on by cursor
        return Mark()


def write_mark(mark: Mark, paging: str) -> str:
    if paging == BY_CURSOR:
        return mark.next
    if mark == Mark():
        return ""
    return json.dumps({"next": mark.next, "since": mark.since, "seen": mark.seen})


def address_of_page(terms: PullTerms, mark: Mark) -> str:
    """What to GET. A source may give the next page as an address."""
    if _is_address(mark.next):
        return urljoin(terms.url, mark.next)
    query = {terms.size_name: str(terms.size)} if terms.size_name else {}
    if mark.since and terms.paging == BY_TIME:
        since = datetime.fromisoformat(mark.since) - terms.overlap
        query[terms.since_name] = format_instant(since)
    if mark.next:
        query[terms.cursor_name] = mark.next
    if not query:
        return terms.url
    return f"{terms.url}{'&' if '?' in terms.url else '?'}{urlencode(query)}"


def read_page(body: bytes, terms: PullTerms) -> Page:
    """The records of an answer, and what leads on. PullFailed (garbage) for anything else."""
    try:
        answer = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise PullFailed("garbage", "The answer is not JSON.") from None
    records = find(terms.records_path, answer)
    if not isinstance(records, list):
        where = terms.records_path or "the answer"
        raise PullFailed("garbage", f"There is no list of records at {where}.")
    if len(records) > MAX_RECORDS:
        raise PullFailed("too-many", f"More than {MAX_RECORDS} records in one page.")
    following = find(terms.next_path, answer) if terms.next_path else None
    if following is None or following is False or following == "":
        return Page(records)
    if not isinstance(following, str | int) or len(str(following)) > MAX_CURSOR:
        raise PullFailed("garbage", "What leads to the next page is neither a text nor a number.")
    return Page(records, _own(str(following), terms))


def move_on(terms: PullTerms, mark: Mark, page: Page) -> tuple[Mark, bool]:
    """Where the reader stands once this page is kept, and whether there is more to ask for now.

    By cursor: on to `next`. A source that gives none at its end is read from the beginning again;
    one that gives the same one again, or nothing new, has said all.
    By time: at the end `since` moves to the latest change met. A page that is full and leads nowhere
    is followed by what changed since; such a source has to sort by the time of change.
    """
    leads_on = bool(page.next) and page.next != mark.next
    if terms.paging == BY_CURSOR:
        if page.next == mark.next:
            return mark, False
        return Mark(next=page.next), leads_on and bool(page.records)
    seen = max([mark.seen, *(_changed(record, terms) for record in page.records)], key=_moment)
    if leads_on and page.records:
        return replace(mark, next=page.next, seen=seen), True
    since = max(seen, mark.since, key=_moment)
    cut_off = not page.next and len(page.records) >= terms.size
    if cut_off and since == mark.since:
        raise PullFailed("stuck", "A whole page of records that changed at the same moment.")
    return Mark(since=since), cut_off


def find(path: str, value: Any) -> Any:
    """What stands at a path; the value itself for an empty one."""
    if not path:
        return value
    try:
        return jmespath.search(path, value)
    except JMESPathError as error:
        raise PullFailed("path", f"{path}: {str(error).splitlines()[0]}") from None


def path_problem(path: str) -> str:
    """What is wrong with a JMESPath expression; nothing, when it can be read."""
    try:
        jmespath.compile(path) if path else None
    except JMESPathError as error:
        return str(error).splitlines()[0]
    return ""


def _is_address(following: str) -> bool:
    return following.startswith(("http://", "https://", "/"))


def _own(following: str, terms: PullTerms) -> str:
    """PullFailed when it leads to another host: our credentials would go there."""
    if _is_address(following):
        there, here = urlsplit(urljoin(terms.url, following)), urlsplit(terms.url)
        if (there.scheme, there.netloc) != (here.scheme, here.netloc):
            raise PullFailed("foreign-next", "The next page is said to be on another host.")
    return following


def _changed(record: Any, terms: PullTerms) -> str:
    """When a record changed, as UTC text; PullFailed when it does not say, since time is all there is."""
    given = find(terms.changed_path, record)
    moment = read_moment(given)
    if moment is None:
        what = str(given)[:40]
        raise PullFailed("no-time", f"A record has no time at {terms.changed_path}: {what}.")
    return moment.isoformat()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text) if text else datetime.min.replace(tzinfo=UTC)


def read_moment(value: Any) -> datetime | None:
    """A time with an offset, in UTC; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.tzinfo is None or not 1970 <= moment.year < 2200:
        return None
    return moment.astimezone(UTC)
