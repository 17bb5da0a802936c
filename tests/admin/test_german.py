"""German from the start: every text has its translation, and the compiled catalogue is up to date."""

from __future__ import annotations

import gettext
import re
from datetime import date
from pathlib import Path

from django.test import Client
from django.utils.formats import date_format
from django.utils.translation import override

from apps.returns.models import CustomerReturn
from apps.terminals.models import Terminal
from tests.admin.helpers import page, text_of, url
from tests.world import Register

FOLDER = Path(__file__).parents[2] / "locale" / "de" / "LC_MESSAGES"
_ENTRY = re.compile(
    r'(?:^msgctxt "(?P<context>.+)"\n)?^msgid "(?P<id>.+)"\n'
    r'(?:msgid_plural ".+"\nmsgstr\[0\] "(?P<one>.*)"|msgstr "(?P<text>.*)")',
    re.MULTILINE,
)


def test_everything_is_translated_and_compiled() -> None:
    with (FOLDER / "django.mo").open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)
    entries = [match.groupdict() for match in _ENTRY.finditer((FOLDER / "django.po").read_text())]

    assert len(entries) > 600
    for entry in entries:
        text = (entry["one"] or entry["text"] or "").replace('\\"', '"')
        assert text, entry["id"]
        key = entry["id"].replace('\\"', '"')
        key = f"{entry['context']}\x04{key}" if entry["context"] else key
        made = catalogue.ngettext(key, key, 1) if entry["one"] else catalogue.gettext(key)
        assert made == text, entry["id"]


def test_a_reader_of_german_reads_german(it: Client, register: Register) -> None:
    register.take_back(register.sell(), "2")
    german = {"Accept-Language": "de"}

    home = text_of(it.get("/admin/", headers=german))
    story = text_of(it.get(page(CustomerReturn.objects.get()), headers=german))

    assert "Retouren heute" in home
    assert "Genehmigt Abgeschlossen 5,10 EUR zurück an den Kunden" in story
    assert "Innerhalb der Rückgabefrist" in story


def test_the_fleet_speaks_german_too(it: Client, register: Register) -> None:
    german = {"Accept-Language": "de"}

    fleet = text_of(it.get(url(Terminal), headers=german))
    of_one = it.get(page(register.terminal), headers=german).content.decode()

    assert "Kassen importieren" in fleet
    assert "Nie gehört Aktiv" in fleet
    assert "Gültige Tokens" in of_one
    with override("de"):  # no text of ours takes the place of a month's
        assert date_format(date(2026, 5, 1), "j M Y") == "1 Mai 2026"
