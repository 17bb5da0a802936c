"""In which language a register hears why, and what a customer may quote."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from apps.returns.models import CustomerReturn
from apps.returns.policy import codes
from apps.returns.policy.appeal import appeal_of, number_of
from tests.world import Register, return_body

GERMAN = {"The return window has ended.": "Die Frist ist abgelaufen."}


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence in German, whatever the catalogue has."""
    response = codes.RESPONSES["window-expired"]
    said = translation.gettext_lazy("The return window has ended.")
    monkeypatch.setitem(
        codes.RESPONSES,
        "window-expired",
        codes.Response(response.outcome, _Said(said), response.customer),
    )


class _Said:
    def __init__(self, text: Any) -> None:
        self.text = text

    def __str__(self) -> str:
        text = str(self.text)
        return GERMAN.get(text, text) if translation.get_language() == "de" else text


def late(register: Register) -> dict[str, Any]:
    return return_body(register.sell(sold_at="2026-01-20T16:41:09+01:00"))


def first(answer: Any) -> str:
    return str(answer.json()["messages"][0]["text"])


@pytest.mark.usefixtures("german")
def test_the_register_asks_for_a_language_or_gets_its_shops(register: Register) -> None:
    body = late(register)
    assert first(register.post("returns", body)) == "The return window has ended."
    asking = {"Accept-Language": "de-CH,de;q=0.9"}
    assert first(register.post("returns", body, **asking)) == "Die Frist ist abgelaufen."
    register.store.language = "de"
    register.store.save()
    assert first(register.post("returns/quote", body)) == "Die Frist ist abgelaufen."
    english = {"Accept-Language": "en"}
    assert first(register.post("returns", body, **english)) == "The return window has ended."
    assert translation.get_language() == "en"


@pytest.mark.usefixtures("german")
def test_a_replay_is_the_same_bytes_in_whatever_language(register: Register) -> None:
    body = late(register)
    answered = register.post("returns", body, key="0042-03-261121-0007-a1")
    asking = {"Accept-Language": "de"}
    again = register.post("returns", body, key="0042-03-261121-0007-a1", **asking)
    assert again.content == answered.content
    assert CustomerReturn.objects.get().messages[0] == {"to": "operator", "code": "window-expired"}


def test_a_denied_return_has_a_reference_to_appeal_by(register: Register) -> None:
    answer = register.post("returns", late(register)).json()
    assert answer["appeal_reference"] == appeal_of(answer["number"])
    assert number_of(answer["appeal_reference"].lower()) == answer["number"]
    approved = register.take_back(register.sell()).json()
    assert approved["appeal_reference"] is None


@pytest.mark.parametrize(
    "wrong", ["A-0042-000118-{}", "A-0024-000117-{}", "A-0042-000117", "{}", ""]
)
def test_a_reference_typed_wrong_finds_nothing(wrong: str) -> None:
    check = appeal_of("R-0042-000117")[-1]
    assert appeal_of("R-0042-000117") == f"A-0042-000117-{check}"
    assert number_of(wrong.format(check)) is None
