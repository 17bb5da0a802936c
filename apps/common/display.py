"""How values look in the admin: money, quantities, times, states, links, tables. Words, then colour.

Everything here returns escaped HTML without inline styles; `static/admin_theme.css` gives it form.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Model
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.common.money import exponent

NOTHING = SafeString('<span class="muted nothing">&ndash;</span>')
GOOD, WAIT, BAD, CALM = "good", "wait", "bad", "calm"


def badge(text: object, tone: str = CALM) -> SafeString:
    """A state as a word with a colour."""
    return format_html('<span class="badge {}">{}</span>', tone, text)


def progress(done: int, total: int | None) -> SafeString:
    """A bar; without a total yet it is empty. Digits only: what people read has separators, HTML has none."""
    bar = '<progress class="wide" value="{}" max="{}" aria-label="{}"></progress>'
    return format_html(bar, done if total else 0, total or 1, _("Progress"))


def code(*words_: object) -> SafeString:
    """Technical words: an action, an address, a type."""
    return format_html("<code>{}</code>", " ".join(str(word) for word in words_))


def muted(text: object) -> SafeString:
    return format_html('<span class="muted">{}</span>', text)


def noted(text: object, note: object) -> SafeString:
    """A value with a smaller word beside it."""
    return format_html('{} <small class="muted">{}</small>', text, note)


def listed(items: Iterable[object], separator: str = ", ") -> SafeString:
    """Several values in a row; a dash when there are none."""
    return format_html_join(separator, "{}", ((item,) for item in items)) or NOTHING


def money(minor: int | None, currency: str) -> SafeString:
    """`1530, "EUR"` → 15.30 EUR, written as the reader's language writes numbers."""
    if minor is None:
        return NOTHING
    digits = exponent(currency)
    value = Decimal(minor).scaleb(-digits)
    text = number_format(value, digits, use_l10n=True, force_grouping=True)
    return format_html('<span class="number">{}&nbsp;{}</span>', text, currency)


def quantity(value: Decimal | None) -> SafeString:
    """6.000 → 6, 0.250 → 0.25."""
    if value is None:
        return NOTHING
    plain = Decimal(value).normalize()
    digits = max(0, -int(plain.as_tuple().exponent))
    text = number_format(plain, digits, use_l10n=True, force_grouping=True)
    return format_html('<span class="number">{}</span>', text)


def count(value: int) -> SafeString:
    return format_html(
        '<span class="number">{}</span>', number_format(value, 0, force_grouping=True)
    )


def ago(at: datetime, now: datetime | None = None) -> str:
    """`3 min ago`; from a day on, how many days."""
    seconds = int(((now or timezone.now()) - at).total_seconds())
    if seconds < -60:
        return _("in %(time)s") % {"time": _span(-seconds)}
    if seconds < 10:
        return _("just now")
    return _("%(time)s ago") % {"time": _span(seconds)}


def moment(at: datetime | None, zone: str = "") -> SafeString:
    """For lists: how long ago within a day, else the date; the exact time on hover."""
    if at is None:
        return NOTHING
    recent = abs(timezone.now() - at) < timedelta(days=1)
    text = ago(at) if recent else date_format(_local(at, zone), "j M Y, H:i")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), _in_full(at, zone), text
    )


def since(at: datetime, zone: str = "") -> SafeString:
    """How long ago, however long; the exact time on hover."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), _in_full(at, zone), ago(at)
    )


def exact(at: datetime | None, zone: str = "") -> SafeString:
    """For pages: the time in the shop's zone, how long ago, and ours on hover."""
    if at is None:
        return NOTHING
    return format_html(
        '<time datetime="{}" title="{}">{}</time> <small class="muted">{}</small>',
        at.isoformat(), _in_full(at, zone), date_format(_local(at, zone), "j M Y, H:i:s T"), ago(at),
    )  # fmt: skip


def copyable(text: object) -> SafeString:
    """An identifier that people quote; a script of ours puts a copy button beside it."""
    return format_html('<span class="copyable">{}</span>', text)


_NAMES = ("receipt_number", "code", "label", "name", "ref", "hint")


def name_of(thing: Model) -> str:
    """What people call it: its own words, else the number it is known by."""
    if type(thing).__str__ is not Model.__str__:
        return str(thing)
    for field in _NAMES:
        if value := getattr(thing, field, ""):
            return str(value)
    return capfirst(f"{thing._meta.verbose_name} {str(thing.pk)[:13]}")


_may_open: ContextVar[Callable[[str], bool]] = ContextVar("may_open", default=lambda label: True)


@contextmanager
def read_by(may_open: Callable[[str], bool]) -> Iterator[None]:
    """Within it, what the reader may not open (`sales.sale`) is named, and not linked."""
    token = _may_open.set(may_open)
    try:
        yield
    finally:
        _may_open.reset(token)


def may_open(label: str) -> bool:
    """Whether whoever reads may open the pages of a model (`sales.sale`)."""
    return _may_open.get()(label)


def link(target: Model | None, text: object | None = None) -> SafeString:
    """To the page of a thing, by its name."""
    if target is None:
        return NOTHING
    return link_to(target._meta.label_lower, target.pk, name_of(target) if text is None else text)


def link_to(label: str, pk: object, text: object) -> SafeString:
    """The same by model (`sales.sale`) and key, for things that were not loaded."""
    try:
        address = reverse(f"admin:{label.replace('.', '_')}_change", args=[pk])
    except NoReverseMatch:
        return format_html("{}", text)
    if not may_open(label):
        return format_html("{}", text)
    return format_html('<a href="{}">{}</a>', address, text)


_REFERRED = {
    "return": ("returns.customerreturn", gettext_lazy("the return")),
    "sale": ("sales.sale", gettext_lazy("the sale")),
    "exchange": ("returns.customerreturn", gettext_lazy("the return")),
    "refund": ("refunds.refund", gettext_lazy("the refund")),
    "count": ("inventory.stockcount", gettext_lazy("the count")),
}


def referred(reference: str) -> SafeString | str:
    """`return:<id>` or `sale:<id>:1` → a link to it; what is no such thing stays as it is."""
    kind, _sep, key = reference.partition(":")
    if kind not in _REFERRED or not key:
        return reference or NOTHING
    label, text = _REFERRED[kind]
    return link_to(label, key.partition(":")[0], text)


def called(known: str, reference: str, key: str) -> SafeString | str:
    """The number or name that people know, else a link to what it came of, else the beginning of its id."""
    if known or len(key) <= 13:
        return known or key
    link = referred(reference)
    return f"{key[:13]}…" if link == reference else link


def table(head: Sequence[object], rows: Iterable[Sequence[object]], css: str = "") -> SafeString:
    """A plain table that scrolls sideways where the screen is narrow."""
    body = format_html_join(
        "",
        "<tr>{}</tr>",
        ((format_html_join("", "<td>{}</td>", ((c,) for c in row)),) for row in rows),
    )
    titles = format_html_join("", '<th scope="col">{}</th>', ((title,) for title in head))
    return format_html(
        '<div class="scroll"><table class="plain {}"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
        css, titles, body,
    )  # fmt: skip


def pairs(values: Mapping[str, Any]) -> SafeString:
    """A mapping as rows of name and value; nested ones inside."""
    if not values:
        return NOTHING
    rows = format_html_join(
        "", '<tr><th scope="row">{}</th><td>{}</td></tr>',
        ((words(name), shown(value)) for name, value in values.items()),
    )  # fmt: skip
    return format_html('<table class="pairs"><tbody>{}</tbody></table>', rows)


def shown(value: Any) -> SafeString | str:
    """A value out of a document, for people: yes and no, lists with commas, mappings as rows."""
    if isinstance(value, SafeString):
        return value
    if value is None or value == "" or value == [] or value == {}:
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        if value.keys() == {"before", "after"}:
            return format_html(
                "<del>{}</del> → <ins>{}</ins>", shown(value["before"]), shown(value["after"])
            )
        return pairs(value)
    if isinstance(value, list | tuple):
        if any(isinstance(item, Mapping) for item in value):
            return format_html_join("", "{}", ((shown(item),) for item in value))
        return ", ".join(str(item) for item in value)
    return str(value)


def document(value: Any, summary: object = "") -> SafeString:
    """A document as it came, folded away behind a line to open it."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    return format_html(
        "<details><summary>{}</summary><pre>{}</pre></details>", summary or _("As it came"), text
    )


def words(name: str) -> str:
    """`shop_currency` → `shop currency`."""
    return name.replace("_", " ")


def _span(seconds: int) -> str:
    if seconds < 60:
        return _("%(n)s s") % {"n": seconds}
    if seconds < 3600:
        return _("%(n)s min") % {"n": seconds // 60}
    if seconds < 86400:
        return _("%(n)s h") % {"n": seconds // 3600}
    days = seconds // 86400
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def _local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)) if zone else timezone.localtime(at)


def _in_full(at: datetime, zone: str) -> str:
    ours = f"{date_format(timezone.localtime(at), 'j M Y, H:i:s')} UTC"
    if not zone or zone == "UTC":
        return ours
    return f"{date_format(_local(at, zone), 'j M Y, H:i:s')} {zone} · {ours}"
