"""Importing registers: what a file would do is shown first, and exactly that is done."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Role
from apps.accounts.services import create_user
from apps.terminals.models import Terminal
from tests.admin.helpers import actions, read, text_of, url
from tests.books import nothing_changes
from tests.terminals.fleet import add_register
from tests.world import Register

IMPORT = url(Terminal, "import")
FILE = "shop;number;label;profile\n0042;07;Kids;Register\n0042;08;=1+1;Register\n"


def upload(client: Client, text: str | bytes = FILE) -> Any:
    raw = text if isinstance(text, bytes) else text.encode()
    return client.post(IMPORT, {"file": SimpleUploadedFile("registers.csv", raw)})


def test_a_file_is_shown_line_by_line_and_nothing_is_written(
    it: Client, register: Register
) -> None:
    more = "0042;03;Till;Register\n0099;01;;Register\n0042;07;;Register\n<b>;1;;Register\n"

    with nothing_changes():
        shown = upload(it, FILE + more)

    text = text_of(shown)
    assert "2 new · 1 already there · 3 wrong" in text
    assert "2 new 0042 07 Kids Register 3 new 0042 08 =1+1 Register" in text
    assert "4 already there 0042 03 Till Register 5 wrong There is no shop “0099”." in text
    assert "6 wrong The same register as line 2." in text
    assert "<b>" not in shown.content.decode()
    assert "Import 2 registers" in text


def test_confirmed_the_new_ones_are_imported_and_led_on_from(
    it: Client, register: Register
) -> None:
    shown = upload(it, FILE + "0099;01;;Register\n")

    done = it.post(IMPORT, {"lines": shown.context["lines"]}, follow=True)

    assert "2 registers are imported" in text_of(done)
    assert actions() == ["terminal.added", "terminal.added"]
    listed = it.get(done.context["fleet_url"]).context["cl"].result_list
    assert [str(one) for one in listed] == ["0042/07", "0042/08"]
    codes = it.post(done.context["codes_url"], {"all": "yes"})
    assert "Codes are made for 2 registers" in text_of(codes)


def test_what_was_not_shown_is_not_imported(it: Client, register: Register) -> None:
    lines = upload(it).context["lines"]
    other = Client()
    other.force_login(
        create_user(username="ines", password="quiet-harbour-42", role=Role.IT_ADMINISTRATOR)
    )

    with nothing_changes():
        for client, sent in ((it, lines[:-1] + "x"), (it, "junk"), (other, lines)):
            answer = client.post(IMPORT, {"lines": sent}, follow=True)
            assert "Choose the file again." in text_of(answer)


def test_an_old_preview_is_worth_nothing(
    it: Client, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = upload(it).context["lines"]
    monkeypatch.setattr("apps.terminals.admin.importing._GOOD_FOR", -1)

    with nothing_changes():
        answer = it.post(IMPORT, {"lines": lines}, follow=True)

    assert "The preview is older than an hour." in text_of(answer)


def test_what_changed_meanwhile_leaves_all_out_and_is_shown(it: Client, register: Register) -> None:
    lines = upload(it).context["lines"]
    add_register(register, "08")

    with nothing_changes():
        answer = it.post(IMPORT, {"lines": lines})

    assert "Something changed since the preview. Nothing was imported." in text_of(answer)
    assert "1 new · 1 already there" in text_of(answer)


def test_a_reload_imports_once(it: Client, register: Register) -> None:
    shown = upload(it).context
    form = {"lines": shown["lines"], "once": shown["once"]}
    first = it.post(IMPORT, form)

    again = it.post(IMPORT, form)

    assert again["Location"] == first["Location"]
    assert Terminal.objects.count() == 3


def test_a_file_without_a_new_register_has_no_button(it: Client, register: Register) -> None:
    text = text_of(upload(it, "shop,number,profile\n0042,03,Register\n"))

    assert "0 new · 1 already there" in text
    assert "Import 0" not in text


def test_what_is_wrong_with_the_file_is_said_beside_it(it: Client, register: Register) -> None:
    assert "The file is not UTF-8." in text_of(upload(it, b"\xff\xfe"))
    assert "larger than 1 MiB" in text_of(upload(it, b"x" * 1_100_000))
    assert "This field is required." in text_of(it.post(IMPORT, {}))


def test_two_thousand_lines_go_through(it: Client, register: Register) -> None:
    rows = "".join(f"0042,n{n},{'Till ' * 15},Register\n" for n in range(2000))
    lines = upload(it, f"shop,number,label,profile\n{rows}").context["lines"]

    done = it.post(IMPORT, {"lines": lines}, follow=True)

    assert "2,000 registers are imported" in text_of(done)
    assert "Codes are made for 50 registers at a time" in text_of(done)


def test_the_example_can_be_imported_as_it_is(it: Client, register: Register) -> None:
    example = it.get(url(Terminal, "example"))

    assert example["Content-Disposition"] == 'attachment; filename="registers.csv"'
    assert "2 new" in text_of(upload(it, example.content))


def test_a_moment_without_an_import_says_so(it: Client, register: Register) -> None:
    done = url(Terminal, "imported")

    assert "No register was added" in read(it, done, added=timezone.now().isoformat())
    assert "No register was added" in read(it, done, added="junk")
