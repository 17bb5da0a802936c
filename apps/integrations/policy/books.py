"""An accounting journal as text: the names of accounts, and the formats of accounting programs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

from apps.common.money import exponent
from apps.integrations.policy.accounting import FEES, TAX, TENDER, Entry, Posting
from apps.integrations.policy.folders import FOLDER, folder_hint
from apps.integrations.policy.settings import Reader

BEANCOUNT, LEDGER = FORMATS = ("beancount", "ledger")
ACCOUNTS = {
    "returns": "Income:Returns",
    "tax": "Liabilities:Tax:{code}",
    "fees": "Income:Fees",
    "adjustments": "Expenses:Goodwill",
    "rounding": "Expenses:Cash-Rounding",
    "exchange": "Liabilities:Exchange-Goods",
    "due": "Assets:Receivable:Exchanges",
    "clearing": "Liabilities:Refunds-Owed",
    "tender": "Assets:Clearing:{kind}",
    "stock": "Assets:Stock",
    "cost": "Expenses:Cost-Of-Goods",
}
TENDERS = {
    "cash": "Assets:Cash:{shop}",
    "invoice": "Assets:Receivable:Customers",
    "store_credit": "Liabilities:Store-Credit",
    "gift_card": "Liabilities:Gift-Cards",
}
_ROOTS = "Assets|Liabilities|Equity|Income|Expenses"
_PLACES = re.compile(r"\{(shop|code|kind)\}")
_ACCOUNT = re.compile(rf"(?:{_ROOTS})(?::[A-Z0-9][A-Za-z0-9-]*)+")
_EVENT = re.compile(r'^\s+(?:; )?event: "?([0-9a-f-]{36})"?$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Names of accounts by role, of taxes by code, of tenders by kind; with places for words."""

    by_role: Mapping[str, str]
    taxes: Mapping[str, str]
    tenders: Mapping[str, str]

    def name_of(self, posting: Posting, shop: str) -> str:
        return self.fill(posting, shop, as_component)

    def fill(self, posting: Posting, shop: str, word: Callable[[str], str]) -> str:
        template = self.by_role.get(posting.role, "")
        if posting.role == TAX:
            template = self.taxes.get(posting.key, template)
        elif posting.role == TENDER:
            template = self.tenders.get(posting.key, template)
        at = posting.key if posting.role == FEES and posting.key else shop
        words = {"shop": at, "code": posting.key, "kind": posting.key}
        return _PLACES.sub(lambda match: word(words[match[1]]), template)


@dataclass(frozen=True, slots=True)
class JournalSettings:
    format: str
    folder: str
    zone: str
    accounts: Accounts


def read_journal(config: Mapping[str, Any]) -> tuple[JournalSettings, list[str]]:
    """The settings, and what is wrong with them, a sentence each."""
    reader = Reader(config)
    settings = JournalSettings(
        format=reader.choice("format", FORMATS),
        folder=reader.text("folder", required=True, form=FOLDER, hint=folder_hint()),
        zone=reader.text("timezone", "UTC"),
        accounts=read_accounts(reader, ACCOUNTS, TENDERS),
    )
    if settings.zone not in available_timezones():
        reader.complain(_("“%s” is no time zone.") % settings.zone, "timezone")
    accounts = settings.accounts
    for part, names in (("accounts", accounts.by_role), ("taxes", accounts.taxes),
                        ("tenders", accounts.tenders)):  # fmt: skip
        for key, name in names.items():
            if not _ACCOUNT.fullmatch(_PLACES.sub("X", name)):
                said = _("“%s” is no account, such as Assets:Cash:{shop}.") % name
                reader.complain(said, f"{part}.{key}")
    return settings, reader.done()


def read_accounts(
    reader: Reader, by_role: Mapping[str, str], tenders: Mapping[str, str]
) -> Accounts:
    """`accounts` by role, `taxes` by code and `tenders` by kind; those not named are as given here."""
    named = reader.table("accounts")
    for role in sorted(set(named) - set(ACCOUNTS)):
        reader.complain(_("There is no account for “%s”.") % role, "accounts")
    return Accounts(
        {**by_role, **named}, reader.table("taxes"), {**tenders, **reader.table("tenders")}
    )


def as_component(word: str) -> str:
    """`gift_card` → `Gift-Card`: what may stand between the colons of an account's name."""
    words = [part[0].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", word) if part]
    return "-".join(words) or "None"


def file_of(entry: Entry, settings: JournalSettings) -> str:
    """`entries/2026-11-21_0042.beancount`: one for each day and shop."""
    shop = re.sub(r"[^A-Za-z0-9-]", "-", entry.shop) or "none"
    day = entry.at.astimezone(ZoneInfo(settings.zone)).date()
    return f"entries/{day}_{shop}.{settings.format}"


def events_in(text: str) -> set[str]:
    """The ids of the events that a journal has entries of."""
    return set(_EVENT.findall(text))


def names_in(entry: Entry, settings: JournalSettings) -> list[str]:
    return [settings.accounts.name_of(one, entry.shop) for one in entry.postings]


def render_entry(entry: Entry, settings: JournalSettings) -> str:
    day = entry.at.astimezone(ZoneInfo(settings.zone)).date()
    about = {"event": entry.event_id, "shop": entry.shop, "return": entry.number}
    if settings.format == BEANCOUNT:
        head = f"{day} * {_quoted(entry.text)}"
        notes = [f"  {name}: {_quoted(value)}" for name, value in about.items()]
    else:
        head = f"{day} * {_plain(entry.text)}"
        notes = [f"  ; {name}: {_plain(value)}" for name, value in about.items()]
    amounts = [_amount(one.minor, entry.currency) for one in entry.postings]
    lines = [
        f"  {name:<40}  {amount:>16}"
        for name, amount in zip(names_in(entry, settings), amounts, strict=True)
    ]
    return "\n".join([head, *notes, *lines]) + "\n"


def render_accounts(names: set[str], format_: str) -> str:
    """The accounts that the journal uses, opened before anything was booked."""
    word = "1970-01-01 open" if format_ == BEANCOUNT else "account"
    return "".join(f"{word} {name}\n" for name in sorted(names))


def read_names(text: str) -> set[str]:
    """The names that `render_accounts` wrote."""
    return {line.rsplit(" ", 1)[-1] for line in text.splitlines() if line}


def render_main(format_: str) -> str:
    """The file that a program is given: it brings in all others."""
    if format_ == BEANCOUNT:
        return 'include "accounts.beancount"\ninclude "entries/*.beancount"\n'
    return "include accounts.ledger\ninclude entries/*.ledger\n"


def _amount(minor: int, currency: str) -> str:
    digits = exponent(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f} {currency}"


def _plain(text: str) -> str:
    """On one line, without what a program would read as the beginning of a comment."""
    return re.sub(r"[\x00-\x1f\x7f;|]+", " ", text).strip()


def _quoted(text: str) -> str:
    plain = re.sub(r"[\x00-\x1f\x7f]+", " ", text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
