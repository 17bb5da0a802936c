"""Enrolment codes: shown once, to be read out or scanned, and good at the register."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.terminals.models import EnrolmentCode, Terminal
from tests.admin.helpers import act, actions, page, read, text_of, url
from tests.books import nothing_changes
from tests.terminals.fleet import add_register
from tests.terminals.signing import Signer, ask_token, ed25519, post, public, sign
from tests.world import Register

CODE = re.compile(r"(?:[A-Z2-7]{4}-){5}[A-Z2-7]{4}")


def shown_code(response: object) -> str:
    found = set(CODE.findall(text_of(response)))
    assert len(found) == 1
    return str(found.pop())


def test_a_register_is_added_and_its_code_enrols_it(it: Client, register: Register) -> None:
    form = {"store": register.store.pk, "number": "09", "profile": register.terminal.profile_id}

    shown = it.post(url(Terminal, "add"), {**form, "_code": ""})
    made = Terminal.objects.get(number="09")
    key = ed25519()
    answer = post("terminals/enrol", {"code": shown_code(shown), "jwk": public(key)})

    assert answer.status_code == 201
    assert ask_token(sign(key, str(made.pk))).status_code == 200
    assert actions() == ["terminal.added", "terminal.code_issued"]


def test_the_page_shows_the_code_once_with_a_picture_and_an_end(
    it: Client, register: Register
) -> None:
    asked = read(it, act(register.terminal, "enrolment-code"))
    shown = it.post(act(register.terminal, "enrolment-code"))
    body = shown.content.decode()

    assert "is good once, for 15 minutes" in asked
    assert shown["Cache-Control"].startswith("no-store")
    assert '<svg viewBox="0 0' in body
    assert " style=" not in body
    assert "http://127.0.0.1:8000" in body
    assert f"--code {shown_code(shown)}" in body
    card = shown.context["card"]
    code = EnrolmentCode.objects.get()
    assert card.until == code.expires_at
    assert card.until - code.created_at == timedelta(minutes=15)
    assert shown_code(shown) not in it.get(page(register.terminal)).content.decode()


def test_the_picture_says_where_to_enrol_and_with_what(
    it: Client, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    import segno

    contents: list[str] = []
    made = segno.make

    def note(content: str, **options: object) -> object:
        contents.append(content)
        return made(content, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("apps.terminals.admin.enrolment.segno.make", note)
    code = shown_code(it.post(act(register.terminal, "enrolment-code"))).replace("-", "")

    assert contents == [f'{{"v":1,"url":"http://127.0.0.1:8000","code":"{code}"}}']


def test_reloading_makes_no_other_code(it: Client, register: Register) -> None:
    address = act(register.terminal, "enrolment-code")
    once = it.get(address).context["once"]
    it.post(address, {"once": once})

    with nothing_changes():
        again = it.post(address, {"once": once})

    assert again["Location"] == page(register.terminal)
    assert EnrolmentCode.objects.count() == 1
    assert "It did its work once, and not again." in text_of(it.get(again["Location"]))


def test_reloading_adds_no_other_register(it: Client, register: Register) -> None:
    once = it.get(url(Terminal, "add")).context["once"]
    form = {"store": register.store.pk, "number": "09", "profile": register.terminal.profile_id}
    it.post(url(Terminal, "add"), {**form, "once": once, "_code": ""})

    again = it.post(url(Terminal, "add"), {**form, "once": once, "_code": ""})

    assert again["Location"] == page(Terminal.objects.get(number="09"))
    assert EnrolmentCode.objects.count() == 1


def test_the_page_learns_that_the_register_enrolled(it: Client, register: Register) -> None:
    state = url(Terminal, "enrolment", register.terminal.pk)
    nothing = it.get(state).content.decode()
    shown = it.post(act(register.terminal, "enrolment-code"))
    waiting = it.get(state).content.decode()
    post("terminals/enrol", {"code": shown_code(shown), "jwk": public(Signer(register).key)})
    done = it.get(state).content.decode()
    EnrolmentCode.objects.update(used_at=None, credential=None, expires_at=timezone.now())

    assert "good no more" in nothing
    assert "Waiting for the register" in waiting
    assert "Enrolled" in done
    assert "good no more" in it.get(state).content.decode()


def test_a_suspended_register_gets_no_code(it: Client, register: Register) -> None:
    it.post(act(register.terminal, "suspend"))

    with nothing_changes():
        answer = it.post(act(register.terminal, "enrolment-code"))

    assert "Nothing was done." in text_of(answer)


def test_codes_for_many_are_one_page_to_print(it: Client, register: Register) -> None:
    chosen = [add_register(register, f"{number:02d}") for number in (7, 8, 9)]
    ticked = {"chosen": [str(one.pk) for one in chosen], "confirmed": "yes"}

    page_ = it.post(url(Terminal, "bulk", "enrolment-codes"), ticked)

    assert len(set(CODE.findall(text_of(page_)))) == 3
    assert page_.content.count(b"<svg") == 3
    assert page_["Cache-Control"].startswith("no-store")
    assert [card.terminal.number for card in page_.context["cards"]] == ["07", "08", "09"]
    assert actions() == ["terminal.code_issued"] * 3


def test_at_most_fifty_codes_at_once(it: Client, register: Register) -> None:
    for number in range(51):
        add_register(register, f"n{number}")

    with nothing_changes():
        answer = it.post(
            url(Terminal, "bulk", "enrolment-codes") + "?status=pending",
            {"all": "yes"},
            follow=True,
        )

    assert "More than 50 are too many at once." in text_of(answer)
